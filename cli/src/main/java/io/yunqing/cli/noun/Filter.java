package io.yunqing.cli.noun;

/**
 * Narrows a list.
 *
 * @param parameter the query parameter; the flag is the same with two hyphens before it
 */
public record Filter(String parameter, String description) {
    public String flag() {
        return "--" + parameter;
    }
}
