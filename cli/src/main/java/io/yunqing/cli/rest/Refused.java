package io.yunqing.cli.rest;

import io.yunqing.cli.json.Tree;
import io.yunqing.cli.platform.Exit;
import io.yunqing.cli.platform.Failure;
import io.yunqing.cli.print.Width;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The controller said no: a problem document (RFC 9457), or whatever answered in its place. */
public final class Refused extends Failure {
    private final int status;
    private final String code;

    private Refused(int status, Map<String, Object> problem, String message) {
        super(
                Exit.ofRefusal(status, Tree.textAt(problem, "kind")),
                Width.harmless(message),
                linesOf(problem).stream().map(Width::harmless).toList());
        this.status = status;
        this.code = Tree.textAt(problem, "code");
    }

    static Refused of(int status, byte[] body) {
        Map<String, Object> problem;
        try {
            problem = Tree.read(body);
        } catch (IOException e) {
            problem = new LinkedHashMap<>();
        }
        String detail = Tree.textAt(problem, "detail");
        if (detail.isEmpty()) {
            detail = Tree.textAt(problem, "title");
        }
        String code = Tree.textAt(problem, "code");
        if (detail.isEmpty()) {
            String text = new String(body, StandardCharsets.UTF_8).strip();
            detail = "HTTP " + status + " " + text.substring(0, Math.min(text.length(), 200));
        }
        return new Refused(status, problem, code.isEmpty() ? detail : detail + " (" + code + ")");
    }

    public int status() {
        return status;
    }

    /** The stable code of the problem; empty when the answer was no problem document. */
    public String code() {
        return code;
    }

    private static List<String> linesOf(Map<String, Object> problem) {
        List<String> lines = new ArrayList<>();
        for (Map<String, Object> error : Tree.mapsAt(problem, "errors")) {
            StringBuilder line = new StringBuilder(Tree.textAt(error, "field"));
            line.append(": ").append(Tree.textAt(error, "message"));
            append(line, "; limit: ", Tree.textAt(error, "limit"));
            append(line, "; given: ", Tree.textAt(error, "actual"));
            lines.add(line.toString());
        }
        Map<String, Object> explanation = Tree.mapAt(problem, "explanation");
        if (!explanation.isEmpty()) {
            lines.add(Tree.textAt(explanation, "hostsSeen") + " hosts considered");
            Tree.mapAt(explanation, "turnedAway")
                    .forEach((rule, hosts) -> lines.add("  " + hosts + " turned away by " + rule));
            String nearest = Tree.textAt(explanation, "nearestMiss");
            if (!nearest.isEmpty()) {
                lines.add("nearest miss: " + nearest);
            }
        }
        String remedy = Tree.textAt(problem, "remedy");
        if (!remedy.isEmpty()) {
            lines.add("-> " + remedy);
        }
        return lines;
    }

    private static void append(StringBuilder line, String label, String value) {
        if (!value.isEmpty()) {
            line.append(label).append(value);
        }
    }
}
