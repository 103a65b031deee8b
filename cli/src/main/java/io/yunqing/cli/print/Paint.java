package io.yunqing.cli.print;

/** Colours for states, on a terminal that wants them. */
public record Paint(boolean on) {

    /** The text in the colour of a state: good, bad, or to be watched; as it is when colours are off. */
    public String state(String state, String text) {
        if (!on) {
            return text;
        }
        String colour =
                switch (state) {
                    case "RUNNING", "CURRENT" -> "\u001b[32m";
                    case "FAILED", "UNREACHABLE" -> "\u001b[31m";
                    case "UNOBSERVED", "LATE", "PAUSED" -> "\u001b[33m";
                    default -> "";
                };
        return colour.isEmpty() ? text : colour + text + "\u001b[0m";
    }
}
