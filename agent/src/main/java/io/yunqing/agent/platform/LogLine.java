package io.yunqing.agent.platform;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Writes each log record as one line to stderr: time, level, where, what. */
public final class LogLine extends Formatter {

    /** Makes this the only way that logs go. */
    public static void install() {
        LogManager.getLogManager().reset();
        var stderr = new ConsoleHandler();
        stderr.setFormatter(new LogLine());
        Logger.getLogger("").addHandler(stderr);
    }

    @Override
    public String format(LogRecord entry) {
        String logger = entry.getLoggerName() == null ? "" : entry.getLoggerName();
        var line = new StringBuilder();
        line.append(entry.getInstant().truncatedTo(ChronoUnit.MILLIS))
                .append(' ')
                .append(entry.getLevel().getName())
                .append(' ')
                .append(logger.substring(logger.lastIndexOf('.') + 1))
                .append(": ")
                // A peer's words may hold line ends; a log line must not be forged by them.
                .append(formatMessage(entry).replaceAll("\\R", " | "))
                .append('\n');
        if (entry.getThrown() != null) {
            var trace = new StringWriter();
            entry.getThrown().printStackTrace(new PrintWriter(trace));
            line.append(trace);
        }
        return line.toString();
    }
}
