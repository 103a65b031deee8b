package io.yunqing.cli.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/**
 * What people read, in their language.
 *
 * <p>Plain property files with {@code {0}} for arguments: {@code ResourceBundle} and {@code MessageFormat} cost more than
 * the rest of a short command's words together.
 */
public final class Words {
    private final Properties texts;

    private Words(Properties texts) {
        this.texts = texts;
    }

    /** The words for a locale as the environment names it, such as {@code zh_CN.UTF-8}; English for all but Chinese. */
    public static Words of(String locale) {
        Properties texts = read("words.properties", new Properties());
        return new Words(
                locale.startsWith("zh")
                        ? read("words_zh.properties", new Properties(texts))
                        : texts);
    }

    /** The locale a shell asks for, by the rules of POSIX; {@code YQCTL_LANG} comes before them. */
    public static Words in(Shell shell) {
        for (String name : new String[] {"YQCTL_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
            String value = shell.variable(name);
            if (!value.isEmpty()) {
                return of(value);
            }
        }
        return of("");
    }

    /** The text of a key, with its arguments. A key without a text is a defect, shown as itself. */
    public String say(String key, Object... arguments) {
        String text = texts.getProperty(key, key);
        for (int i = 0; i < arguments.length; i++) {
            text = text.replace("{" + i + "}", String.valueOf(arguments[i]));
        }
        return text;
    }

    /** A column's or line's heading; where the language has none, the identifier itself in capitals. */
    public String heading(String id) {
        String text = texts.getProperty("heading." + id);
        return text != null ? text : id.toUpperCase(java.util.Locale.ROOT).replace('-', ' ');
    }

    private static Properties read(String file, Properties into) {
        try (InputStream in = Words.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("missing " + file);
            }
            into.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return into;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
