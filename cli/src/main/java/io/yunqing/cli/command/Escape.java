package io.yunqing.cli.command;

import java.io.ByteArrayOutputStream;

/**
 * Finds {@code ~.} at the beginning of a line among what is typed, which leaves a console, as it leaves ssh. {@code ~~} there is
 * one tilde for the guest.
 */
final class Escape {
    private enum At {
        LINE_BEGIN,
        TILDE,
        WITHIN
    }

    private At at = At.LINE_BEGIN;
    private boolean left;

    /** What of this is for the guest. */
    byte[] typed(byte[] keys, int length) {
        ByteArrayOutputStream forGuest = new ByteArrayOutputStream(length + 1);
        for (int i = 0; i < length && !left; i++) {
            byte key = keys[i];
            if (at == At.LINE_BEGIN && key == '~') {
                at = At.TILDE;
                continue;
            }
            if (at == At.TILDE && key == '.') {
                left = true;
                continue;
            }
            if (at == At.TILDE && key != '~') {
                forGuest.write('~');
            }
            forGuest.write(key);
            at = key == '\r' || key == '\n' ? At.LINE_BEGIN : At.WITHIN;
        }
        return forGuest.toByteArray();
    }

    /** Whether whoever types wants to leave. */
    boolean left() {
        return left;
    }
}
