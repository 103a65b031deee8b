package io.yunqing.examples.fleet;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code --name NUMBER} pairs of a command line. */
public final class Arguments {
    private final Map<String, Integer> values = new LinkedHashMap<>();

    /**
     * @param defaults what there is, and what it is when it is not given
     * @throws IllegalArgumentException if something else is given
     */
    public Arguments(String[] given, Map<String, Integer> defaults) {
        values.putAll(defaults);
        for (int i = 0; i < given.length; i += 2) {
            String name = given[i].replaceFirst("^--", "");
            boolean number = i + 1 < given.length && given[i + 1].matches("\\d{1,7}");
            if (!given[i].startsWith("--") || !defaults.containsKey(name) || !number) {
                throw new IllegalArgumentException("usage: " + usage(defaults));
            }
            values.put(name, Integer.parseInt(given[i + 1]));
        }
    }

    private static String usage(Map<String, Integer> defaults) {
        var line = new StringBuilder();
        defaults.forEach((name, value) ->
                line.append("[--").append(name).append(" N (").append(value).append(")] "));
        return line.toString();
    }

    public int get(String name) {
        return values.getOrDefault(name, 0);
    }
}
