package io.yunqing.controller.feed;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the feed.
 *
 * @param xid the transaction, as PostgreSQL writes its xid8
 * @param seq the event within all
 */
record Cursor(String xid, long seq) {
    static final Cursor BEGINNING = new Cursor("0", 0);
    static final Cursor END = new Cursor("18446744073709551615", Long.MAX_VALUE);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,19})-(\\d{1,18})");

    String text() {
        return xid + "-" + seq;
    }

    /** Whether it lies in front of the other. */
    boolean before(Cursor other) {
        int order =
                Long.compareUnsigned(
                        Long.parseUnsignedLong(xid), Long.parseUnsignedLong(other.xid));
        return order != 0 ? order < 0 : seq < other.seq;
    }

    static Optional<Cursor> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(BEGINNING);
        }
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches()
                ? Optional.of(new Cursor(matcher.group(1), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }
}
