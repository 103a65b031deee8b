package io.yunqing.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Publishes what a benchmark found that runs inside the controller: lines of {@code NAME VALUE UNIT}, and behind that {@code <=}
 * or {@code >=} and a goal.
 */
final class Publish {
    private Publish() {}

    public static void main(String[] args) throws IOException {
        Figures figures = new Figures(args[0]);
        for (String line : Files.readAllLines(Path.of(args[1]))) {
            String[] words = line.split(" ");
            double value = Double.parseDouble(words[1]);
            if (words.length < 5) {
                figures.tell(words[0], value, words[2]);
            } else if (words[3].equals("<=")) {
                figures.hold(words[0], value, words[2], Double.parseDouble(words[4]));
            } else {
                figures.holdAtLeast(words[0], value, words[2], Double.parseDouble(words[4]));
            }
        }
        figures.publish();
    }
}
