package io.yunqing.controller.platform;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which phase the words stand for into which the database puts all that a phase depends on, so that what a phase is stays in one
 * place, and lists and counts by phase are the database's.
 *
 * @param <P> the phases
 */
public final class PhaseBook<P extends Enum<P>> {
    private final Map<String, P> phases = new HashMap<>();
    private final Map<P, List<String>> words;

    public PhaseBook(Class<P> phases) {
        this.words = new EnumMap<>(phases);
    }

    /** Takes note of a word, also again. */
    public void put(String word, P phase) {
        if (phases.put(word, phase) == null) {
            words.computeIfAbsent(phase, _ -> new ArrayList<>()).add(word);
        }
    }

    /**
     * @throws IllegalArgumentException if nothing can have the word
     */
    public P phase(String word) {
        P phase = phases.get(word);
        if (phase == null) {
            throw new IllegalArgumentException("no phase is known for '" + word + "'");
        }
        return phase;
    }

    /** All words that stand for the phase. */
    public List<String> of(P phase) {
        return words.getOrDefault(phase, List.of());
    }

    /** As the database writes a boolean in a word. */
    public static String sql(boolean value) {
        return value ? "t" : "f";
    }
}
