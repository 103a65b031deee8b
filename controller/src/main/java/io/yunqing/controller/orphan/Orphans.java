package io.yunqing.controller.orphan;

import io.yunqing.api.Condition;
import io.yunqing.api.Kind;
import io.yunqing.api.Orphan;
import io.yunqing.api.OrphanPhase;
import io.yunqing.api.OrphanSpec;
import io.yunqing.api.OrphanStatus;
import io.yunqing.api.ProblemCode;
import io.yunqing.api.agent.OrphanKind;
import io.yunqing.api.agent.OrphanObserved;
import io.yunqing.controller.fleet.Fleet;
import io.yunqing.controller.orphan.OrphanStore.Sighting;
import io.yunqing.controller.platform.Noun;
import io.yunqing.controller.platform.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The rules of orphans. */
@ApplicationScoped
class Orphans implements Noun<OrphanRow, Orphan> {
    private final Fleet fleet;
    private final OrphanStore store;

    Orphans(Fleet fleet, OrphanStore store) {
        this.fleet = fleet;
        this.store = store;
    }

    @Override
    public Kind kind() {
        return Kind.ORPHAN;
    }

    @Override
    public Class<OrphanRow> rowClass() {
        return OrphanRow.class;
    }

    @Override
    public Optional<OrphanRow> find(String name) {
        return OrphanRow.find("name", name).firstResultOptional();
    }

    @Override
    public List<Orphan> views(List<OrphanRow> rows) {
        Map<UUID, Sighting> found = store.of(rows);
        return rows.stream()
                .map(row ->
                        new Orphan(
                                kind(),
                                row.metadata(),
                                new OrphanSpec(row.quarantined),
                                status(row, found.get(row.id))))
                .toList();
    }

    private OrphanStatus status(OrphanRow row, Sighting sighting) {
        OrphanObserved observed = row.observed;
        boolean heard = fleet.sees(true, sighting.receivedAt());
        boolean files = row.type != OrphanKind.DOMAIN;
        return new OrphanStatus(
                OrphanLifecycle.phase(
                        row.deleted, row.quarantined, observed, heard && sighting.seen()),
                sighting.host(),
                sighting.zone(),
                row.type,
                row.place,
                observed.name(),
                observed.state(),
                files ? observed.sizeBytes() : null,
                observed.modifiedAt(),
                sighting.seenAt(),
                observed.fault(),
                conditions(sighting, observed, heard));
    }

    private static List<Condition> conditions(
            Sighting sighting, OrphanObserved observed, boolean heard) {
        List<Condition> conditions = new ArrayList<>();
        if (!heard) {
            conditions.add(
                    new Condition(
                            "HostUnreachable",
                            "host %s does not report".formatted(sighting.host()),
                            sighting.receivedAt()));
        } else if (!sighting.seen()) {
            conditions.add(
                    new Condition(
                            "OrphansUnobserved",
                            "host %s cannot see all of its domains and files"
                                    .formatted(sighting.host()),
                            sighting.seenAt()));
        }
        if (observed.step() != null) {
            conditions.add(
                    new Condition("Working", "its host is busy with: " + observed.step(), null));
        }
        if (sighting.owner() != null) {
            conditions.add(
                    new Condition(
                            "IdInTheBooks",
                            "the books have its id for %s; this is another copy"
                                    .formatted(sighting.owner()),
                            null));
        }
        return conditions;
    }

    @Override
    public void update(OrphanRow row, Orphan asked) {
        if (row.deleted) {
            throw ProblemException.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "orphan " + row.name + " is being deleted",
                    "wait until it is gone");
        }
        if (row.quarantined != asked.spec().quarantined()) {
            row.quarantined = asked.spec().quarantined();
            tellHost(row);
        }
    }

    @Override
    public boolean delete(OrphanRow row) {
        boolean putAside =
                row.quarantined
                        && views(List.of(row)).getFirst().status().phase()
                                == OrphanPhase.QUARANTINED;
        if (!row.deleted && !putAside) {
            throw ProblemException.of(
                    ProblemCode.ORPHAN_NOT_QUARANTINED,
                    "orphan %s (%s) is not known to be in quarantine"
                            .formatted(row.name, row.observed.name()),
                    "put it with spec.quarantined true, wait until it is QUARANTINED and see that nobody misses it, then delete it");
        }
        if (!row.deleted) {
            row.deleted = true;
            tellHost(row);
        }
        return false;
    }

    private void tellHost(OrphanRow row) {
        row.hostRevision = fleet.nextRevision(row.host.id);
    }

    @Override
    public String story(OrphanRow row) {
        return "Orphan %s, %s on host %s, to be %s"
                .formatted(
                        row.name,
                        row.observed.name(),
                        row.host.name,
                        row.deleted
                                ? "deleted"
                                : row.quarantined ? "in quarantine" : "left where it was found");
    }

    @Override
    public boolean settled(Orphan view) {
        return view.status().phase().settled();
    }
}
