package io.yunqing.agent.domain;

import io.quarkus.qute.Expression;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ResultMapper;
import io.quarkus.qute.TemplateNode.Origin;

/**
 * Makes every value that a template prints into text of XML: what people typed cannot end an element or an attribute,
 * and characters that XML cannot hold become U+FFFD.
 */
public final class XmlText implements ResultMapper {

    @Override
    public boolean appliesTo(Origin origin, Object result) {
        return !(result instanceof RawString);
    }

    @Override
    public String map(Object result, Expression expression) {
        return escaped(String.valueOf(result));
    }

    public static String escaped(String text) {
        var escaped = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    switch (c) {
                        case '&' -> escaped.append("&amp;");
                        case '<' -> escaped.append("&lt;");
                        case '>' -> escaped.append("&gt;");
                        case '\'' -> escaped.append("&apos;");
                        case '"' -> escaped.append("&quot;");
                        case '\t', '\n', '\r' -> escaped.append("&#").append(c).append(';');
                        default -> escaped.appendCodePoint(isXml(c) ? c : 0xFFFD);
                    }
                });
        return escaped.toString();
    }

    private static boolean isXml(int c) {
        return (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
    }
}
