package io.yunqing.controller.datafolder;

/**
 * The controller cannot start as it is configured. The message is one line that an operator can act on without seeing
 * the stack: the setting, its value, what is wrong with it, what to do.
 */
public final class StartRefused extends RuntimeException {
    public StartRefused(String setting, Object value, String problem, String remedy) {
        super(oneLine(setting + "=" + value + ": " + problem + "; " + remedy));
    }

    public StartRefused(
            String setting, Object value, String problem, String remedy, Throwable cause) {
        this(setting, value, problem, remedy);
        initCause(cause);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " | ").strip();
    }
}
