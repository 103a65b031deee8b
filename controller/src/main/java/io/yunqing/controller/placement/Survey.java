package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The verdict on each host and its score for one request, groups aside. It is put together from what many requests share,
 * terrain and ranking, and from the few hosts that are kept for the owner. One per view, set up anew for each request, and good
 * until the view changes.
 */
final class Survey {
    private final FleetView view;
    private final Recent<Where, Terrain> terrains = new Recent<>(Terrain::new);
    private final Recent<Shape, Ranking> rankings = new Recent<>(Ranking::new);
    private final Map<Question, String> remedies = new HashMap<>();
    private long remediesOf;
    private Question question = Question.NONE;
    private Terrain terrain = new Terrain(question.where());
    private Ranking ranking = new Ranking(question.shape());

    /** The hosts that are kept for the owner. */
    private BitSet own = new BitSet();

    Survey(FleetView view) {
        this.view = view;
    }

    void conduct(Question asked) {
        question = asked;
        if (view.room().weigh()) {
            view.changes().everything();
        }
        terrain = terrains.of(asked.where(), view.bound());
        terrain.catchUp(view, view.descriptions());
        ranking = rankings.of(asked.shape(), view.bound());
        ranking.catchUp(view, view.changes());
        own = view.keptHosts().of(asked.owner());
    }

    /** Of a host that is present. */
    int verdict(int index) {
        int ground = terrain.verdict(index);
        if (ground == Constraint.FITS) {
            return ranking.verdict(index);
        }
        return ground == Constraint.EXCLUSIVE.verdict() && own.get(index)
                ? Constraint.first(view, index, question)
                : ground;
    }

    /** The host's score as a whole number; {@link Ranking#NO_KEY} for one that will not do. */
    int key(int index) {
        return own.get(index)
                ? ownKey(index)
                : terrain.hosts().get(index) ? ranking.key(index) : Ranking.NO_KEY;
    }

    private int ownKey(int index) {
        return verdict(index) == Constraint.FITS
                ? Ranking.sum(
                        Ranking.key(PackingPolicy.score(view, index, question.amounts())),
                        PackingPolicy.OWN_WEIGHT)
                : Ranking.NO_KEY;
    }

    /** By verdict, how many hosts it turned away. */
    int[] turnedAway() {
        int resources = Math.max(view.resources().size(), question.amounts().length());
        int[] counts = Arrays.copyOf(terrain.turnedAway(), Constraint.FIRST_RESOURCE + resources);
        ranking.countLacking(terrain.hosts(), counts);
        for (int i = own.nextSetBit(0); i >= 0; i = own.nextSetBit(i + 1)) {
            counts[terrain.verdict(i)]--;
            counts[verdict(i)]++;
        }
        counts[Constraint.FITS] = 0;
        return counts;
    }

    /** Puts the best hosts on the list, looking at the hosts in their order from {@code begin} on, then at those before it. */
    void best(int begin, Shortlist list) {
        // Nobody's host scores as high as one that is kept for the owner.
        bestOwn(begin, view.bound(), list);
        bestOwn(0, begin, list);
        ranking.best(terrain.hosts(), begin, view.bound(), list);
    }

    private void bestOwn(int from, int to, Shortlist list) {
        for (int i = own.nextSetBit(from); i >= 0 && i < to; i = own.nextSetBit(i + 1)) {
            int key = ownKey(i);
            if (key > list.bar()) {
                list.add(i, key);
            }
        }
    }

    /** What would make a refusal a yes; without groups, it is the same until the view changes. */
    String remedy(Request request) {
        if (request.social()) {
            return Remedy.sentence(view, request, NearestMiss.of(view, request, this));
        }
        if (remediesOf != view.changes().count()) {
            remedies.clear();
            remediesOf = view.changes().count();
        }
        Question shared =
                own.isEmpty() ? new Question(null, question.where(), question.shape()) : question;
        return remedies.computeIfAbsent(
                shared, _ -> Remedy.sentence(view, request, NearestMiss.of(view, request, this)));
    }
}
