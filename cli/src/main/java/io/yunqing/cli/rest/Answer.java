package io.yunqing.cli.rest;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A successful answer. */
public final class Answer {
    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    /** An answer with its headers by name, in any case. */
    Answer(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    /** The body as it came; not to be written to. */
    public byte[] body() {
        return body;
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The body as it came, for people and programs that want it unchanged. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public Map<String, Object> tree() {
        try {
            return Tree.read(body);
        } catch (IOException e) {
            throw new Failure(
                    Exit.UNEXPECTED,
                    "the answer is not JSON",
                    "something between here and the controller may have answered in its place;"
                            + " check --server");
        }
    }
}
