package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The verdict on each host for one request, and the best of those that will do. It is put together from what many requests
 * share, terrain and ranking, from the few hosts that are kept for the owner, and from what the view's company says of the
 * request's groups. One per view, set up anew for each request, and good until the view changes.
 */
final class Survey {
    private static final Request NOTHING = Request.of(new UUID(0, 0), Amounts.of(1)).build();

    private final FleetView view;
    private final Recent<Where, Terrain> terrains = new Recent<>(Terrain::new);
    private final Recent<Shape, Ranking> rankings = new Recent<>(Ranking::new);
    private final Map<Question, String> remedies = new HashMap<>();
    private long remediesOf;
    private Request request = NOTHING;
    private Question question = NOTHING.question();
    private Terrain terrain = new Terrain(question.where());
    private Ranking ranking = new Ranking(question.shape());

    /** The hosts that are kept for the owner. */
    private BitSet own = new BitSet();

    /** Of the hosts that are everybody's and lie right, those that no group forbids. */
    private Bits hosts = new Bits();

    private Bonus bonus = Bonus.NONE;
    private final Bits allowed = new Bits();

    Survey(FleetView view) {
        this.view = view;
    }

    void conduct(Request asked) {
        request = asked;
        question = asked.question();
        if (view.room().weigh()) {
            view.changes().everything();
        }
        terrain = terrains.of(question.where(), view.bound());
        terrain.catchUp(view, view.descriptions());
        ranking = rankings.of(question.shape(), view.bound());
        ranking.catchUp(view, view.changes());
        own = view.keptHosts().of(question.owner());
        hosts = terrain.hosts();
        bonus = Bonus.NONE;
        if (asked.social()) {
            Company company = view.company();
            company.meet(asked);
            allowed.copy(hosts);
            allowed.removeAll(ranking.lacking(Constraint.NUMA.verdict()));
            company.restrict(allowed);
            hosts = allowed;
            bonus = company;
        }
    }

    /** Of a host that is present; groups aside. */
    int verdict(int index) {
        int ground = terrain.verdict(index);
        if (ground == Constraint.FITS) {
            return ranking.verdict(index);
        }
        return ground == Constraint.EXCLUSIVE.verdict() && own.get(index)
                ? Constraint.first(view, index, question)
                : ground;
    }

    /** The same with groups. */
    private int socialVerdict(int index) {
        int verdict = verdict(index);
        boolean reached = verdict == Constraint.FITS || verdict >= Constraint.FIRST_RESOURCE;
        return reached && request.social() && !view.company().allows(index)
                ? Constraint.GROUP.verdict()
                : verdict;
    }

    /** By verdict, how many hosts it turned away. */
    int[] turnedAway() {
        int resources = Math.max(view.resources().size(), question.amounts().length());
        int[] counts = Arrays.copyOf(terrain.turnedAway(), Constraint.FIRST_RESOURCE + resources);
        int numa = Constraint.NUMA.verdict();
        counts[numa] = ranking.lacking(numa).shared(terrain.hosts());
        if (request.social()) {
            counts[Constraint.GROUP.verdict()] =
                    terrain.hosts().count() - counts[numa] - hosts.count();
        }
        for (int verdict = Constraint.FIRST_RESOURCE; verdict < counts.length; verdict++) {
            counts[verdict] = ranking.lacking(verdict).shared(hosts);
        }
        for (int i = own.nextSetBit(0); i >= 0; i = own.nextSetBit(i + 1)) {
            counts[terrain.verdict(i)]--;
            counts[socialVerdict(i)]++;
        }
        counts[Constraint.FITS] = 0;
        return counts;
    }

    /** Puts the best hosts on the list, looking at the hosts in their order from {@code begin} on, then at those before it. */
    void best(int begin, Shortlist list) {
        bestOwn(begin, view.bound(), list);
        bestOwn(0, begin, list);
        ranking.best(hosts, bonus, begin, view.bound(), list);
    }

    private void bestOwn(int from, int to, Shortlist list) {
        for (int i = own.nextSetBit(from); i >= 0 && i < to; i = own.nextSetBit(i + 1)) {
            if (socialVerdict(i) == Constraint.FITS) {
                double score = PackingPolicy.score(view, i, question.amounts());
                int key = Ranking.sum(Ranking.key(score), PackingPolicy.OWN_WEIGHT) + bonus.at(i);
                if (key > list.bar()) {
                    list.add(i, key);
                }
            }
        }
    }

    /** What would make a refusal a yes; without groups, it is the same until the view changes. */
    String remedy() {
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
