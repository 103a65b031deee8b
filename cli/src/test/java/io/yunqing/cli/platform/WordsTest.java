package io.yunqing.cli.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static Properties read(String file) throws IOException {
        Properties properties = new Properties();
        properties.load(
                new InputStreamReader(
                        Objects.requireNonNull(Words.class.getResourceAsStream(file)),
                        StandardCharsets.UTF_8));
        return properties;
    }

    private static Set<String> messages(Properties properties) {
        return properties.stringPropertyNames().stream()
                .filter(key -> !key.startsWith("heading."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyMessageIsSaidInBothLanguagesWithTheSameArguments() throws IOException {
        Properties english = read("words.properties");
        Properties chinese = read("words_zh.properties");
        assertEquals(messages(english), messages(chinese));
        for (String key : messages(english)) {
            assertEquals(
                    arguments(english.getProperty(key)), arguments(chinese.getProperty(key)), key);
        }
    }

    /** A message that nothing says, or a key that nothing explains, is a leftover. */
    @Test
    void theSourcesUseTheMessagesThereAre() throws IOException {
        String sources;
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            sources =
                    files.filter(Files::isRegularFile)
                            .map(WordsTest::text)
                            .collect(Collectors.joining());
        }
        for (String key : messages(read("words.properties"))) {
            String family = key.substring(0, key.lastIndexOf('.') + 1);
            boolean used =
                    sources.contains('"' + key + '"')
                            || sources.contains('"' + family + "\" +")
                            || sources.contains('"' + family + '"');
            assertEquals(true, used, key + " is not used");
        }
    }

    @Test
    void theLocaleDecidesByTheRulesOfPosix() {
        assertEquals("名称", Words.of("zh_CN.UTF-8").heading("name"));
        assertEquals("NAME", Words.of("de_DE.UTF-8").heading("name"));
        assertEquals("NETWORK ZONE", Words.of("").heading("network-zone"));
        assertNotEquals(Words.of("").say("created"), Words.of("zh").say("created"));
    }

    private static Set<String> arguments(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\{\\d}").matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
