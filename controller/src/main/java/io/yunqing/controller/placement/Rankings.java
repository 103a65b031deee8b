package io.yunqing.controller.placement;

import java.util.LinkedHashMap;
import java.util.Map;

/** The rankings of the questions asked lately. */
final class Rankings {
    /** Entries of all columns together, so that large fleets keep fewer of them: some 50 MB. */
    private static final int ENTRIES = 8_000_000;

    private static final int FEWEST = 16;

    private final LinkedHashMap<Question, Ranking> kept =
            new LinkedHashMap<>(16, 0.75f, /* accessOrder= */ true);

    /** The question's ranking, as the view is now. */
    Ranking of(FleetView view, Question question) {
        if (view.room().weigh()) {
            view.changes().everything();
        }
        Ranking ranking = kept.get(question);
        if (ranking == null) {
            ranking = new Ranking(question);
            kept.put(question, ranking);
            if (kept.size() > Math.max(FEWEST, ENTRIES / Math.max(1, view.bound()))) {
                Map.Entry<Question, Ranking> eldest = kept.firstEntry();
                kept.remove(eldest.getKey());
            }
        }
        ranking.catchUp(view);
        return ranking;
    }
}
