package io.yunqing.controller.compute;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSet.DataVolume;
import io.yunqing.api.ProblemCode;
import io.yunqing.controller.compute.Catalog.FlavorEntry;
import io.yunqing.controller.compute.Catalog.ImageEntry;
import io.yunqing.controller.compute.Catalog.TenantEntry;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.compute.Wish.NewVolume;
import io.yunqing.controller.platform.Ids;
import io.yunqing.controller.platform.ProblemException;
import io.yunqing.controller.platform.RoundTrip;
import io.yunqing.controller.platform.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Gives new instances their quota, their hosts and their addresses. Whoever arrives while a batch is being written waits for
 * the next one, so that many share one journey to the disk; whoever finds nobody waiting goes at once. Each replica does this
 * by itself.
 */
@ApplicationScoped
class Admission {
    private static final Logger LOG = Logger.getLogger(Admission.class);

    /** How often an order may find that others took its place first. */
    private static final int ROUNDS = 20;

    /** How often what an order names may change while it waits. */
    private static final int LOOKUPS = 5;

    /** How long an order may wait before a batch takes it. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** How long a batch may take at most: its statements have ends of their own. */
    private static final Duration LONGEST_BATCH = Duration.ofMinutes(2);

    private final Catalog catalog;
    private final AgroalDataSource dataSource;
    private final AdmissionMeans means;
    private final InstanceMeters meters;
    private final FairQueue<UUID, Order> waiting;
    private final int batchSize;
    private Thread server;

    Admission(
            Catalog catalog,
            AgroalDataSource dataSource,
            AdmissionMeans means,
            InstanceMeters meters,
            AdmissionConfig config) {
        this.catalog = catalog;
        this.dataSource = dataSource;
        this.means = means;
        this.meters = meters;
        this.batchSize = config.batch();
        this.waiting = new FairQueue<>(config.queue(), config.queueOfDepartment(), Order::size);
    }

    void start(@Observes StartupEvent event) {
        means.ledger().kinds();
        server = Thread.ofPlatform().daemon().name("admission").start(this::serve);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        waiting.close();
        server.join(PATIENCE);
    }

    /**
     * Admits all that is asked for, or nothing, and waits until that is decided.
     *
     * @param volumes what each of the instances comes with
     * @param ifGone is told what to do when nobody waits for the answer any more
     * @throws ProblemException if something named does not exist, or too many wait
     */
    Outcome admit(
            String tenant,
            List<Instance> asked,
            List<DataVolume> volumes,
            Terms terms,
            Consumer<Runnable> ifGone) {
        for (int lookup = 0; lookup < LOOKUPS; lookup++) {
            Order order;
            try {
                order = order(tenant, asked, volumes, terms);
            } catch (ProblemException refusal) {
                return answeredBefore(terms).orElseThrow(() -> refusal);
            }
            if (!waiting.offer(order.tenant().department(), order)) {
                meters.admission("queue_full");
                throw ProblemException.of(
                        ProblemCode.BUSY,
                        "more requests wait for admission than may wait",
                        "try again in a few seconds");
            }
            ifGone.accept(order::withdraw);
            Instant begin = means.clock().instant();
            Outcome outcome = await(order);
            meters.decided(Duration.between(begin, means.clock().instant()));
            if (outcome instanceof Outcome.NoHost) {
                requireZones(order);
            }
            if (!(outcome instanceof Outcome.Outdated)) {
                return outcome;
            }
            catalog.forget(order);
        }
        throw Transactions.busy("what the request names changes all the time");
    }

    private Order order(
            String tenantName, List<Instance> asked, List<DataVolume> volumes, Terms terms) {
        TenantEntry tenant = catalog.tenant(tenantName);
        List<Wish> wishes = new ArrayList<>(asked.size());
        for (Instance one : asked) {
            FlavorEntry flavor = catalog.flavor(one.spec().flavor());
            ImageEntry image = catalog.usableImage(one.spec().image());
            if (one.spec().zone() != null) {
                catalog.requireZone(one.spec().zone());
            }
            Catalog.requireFit(flavor, image);
            String name = one.metadata().name();
            if (flavor.root() != null) {
                Creation.requireRootName(name, volumes);
            }
            Instances.requireRestartable(one.spec(), flavor.root() != null);
            String group = one.spec().group();
            String network = one.spec().network();
            wishes.add(
                    new Wish(
                            Ids.next(),
                            one,
                            flavor,
                            image,
                            group == null ? null : catalog.group(tenantName, group),
                            network == null ? null : catalog.network(tenantName, network),
                            Stream.concat(
                                            Stream.ofNullable(flavor.root())
                                                    .map(root ->
                                                            new NewVolume(
                                                                    Ids.next(),
                                                                    name + Creation.ROOT,
                                                                    flavor.spec().rootDiskGiB(),
                                                                    root)),
                                            volumes.stream()
                                                    .map(volume ->
                                                            new NewVolume(
                                                                    Ids.next(),
                                                                    name + "-" + volume.name(),
                                                                    volume.sizeGiB(),
                                                                    null)))
                                    .toList()));
        }
        return new Order(tenant, wishes, terms, means.mirror().looks());
    }

    /** What a key was answered stays its answer when what the request names is gone since, or another. */
    private Optional<Outcome> answeredBefore(Terms terms) {
        if (terms.claim() == null) {
            return Optional.empty();
        }
        List<Outcome> found = new ArrayList<>();
        try (Connection connection = dataSource.getConnection()) {
            RoundTrip trip = new RoundTrip();
            means.idempotency()
                    .find(
                            trip,
                            List.of(terms.claim()),
                            (_, earlier) ->
                                    found.add(new Outcome.Repeated(terms.claim(), earlier)));
            trip.run(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found.stream().findFirst();
    }

    /** Where there is no host, there may be no zone any more. */
    private void requireZones(Order order) {
        order.wishes().stream()
                .map(wish -> wish.asked().spec().zone())
                .filter(Objects::nonNull)
                .distinct()
                .forEach(zone -> {
                    catalog.forgetZone(zone);
                    catalog.requireZone(zone);
                });
    }

    private static Outcome await(Order order) {
        try {
            try {
                return order.outcome().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                if (order.withdraw()) {
                    throw Transactions.busy(
                            "the request has waited " + PATIENCE.toSeconds() + " s for its turn");
                }
                return order.outcome().get(LONGEST_BATCH.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException already
                    ? already
                    : new IllegalStateException(e.getCause());
        } catch (TimeoutException _) {
            throw Transactions.busy(
                    "the database has not answered; whether it did it is not known");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            order.withdraw();
            throw Transactions.busy("the controller is ending");
        }
    }

    // --- The other side of the queue ---

    private void serve() {
        List<Order> again = List.of();
        try (AdmissionLine line = new AdmissionLine(dataSource)) {
            while (true) {
                List<Order> orders = new ArrayList<>(again);
                orders.addAll(
                        again.isEmpty()
                                ? waiting.take(batchSize)
                                : waiting.poll(
                                        batchSize - again.stream().mapToInt(Order::size).sum()));
                if (orders.isEmpty()) {
                    return;
                }
                orders.removeIf(order -> !order.claim());
                again = orders.isEmpty() ? List.of() : work(line, orders);
            }
        } catch (InterruptedException _) {
            LOG.debug("Interrupted while waiting for orders");
        }
    }

    /** Runs a batch; returns the orders that are to be tried again. */
    private List<Order> work(AdmissionLine line, List<Order> orders) {
        meters.batch(orders.size());
        try {
            return inNextRound(new AdmissionBatch(means, orders).run(line.connection()));
        } catch (SQLException | RuntimeException e) {
            line.rollback();
            return afterFailure(line, orders, e);
        }
    }

    private List<Order> afterFailure(AdmissionLine line, List<Order> orders, Exception failure) {
        if (Transactions.lost(failure)) {
            return inNextRound(orders);
        }
        if (orders.size() == 1 || Transactions.waited(failure) || line.broken()) {
            fail(orders, failure);
            return List.of();
        }
        // One of them cannot be written; the others must not suffer for it.
        LOG.warnf(failure, "A batch of %d failed, its orders are tried one by one", orders.size());
        List<Order> again = new ArrayList<>();
        orders.forEach(order -> again.addAll(work(line, List.of(order))));
        return again;
    }

    private static List<Order> inNextRound(List<Order> orders) {
        List<Order> again = new ArrayList<>();
        for (Order order : orders) {
            if (order.nextRound() <= ROUNDS) {
                again.add(order);
            } else {
                order.outcome().complete(new Outcome.Outrun());
            }
        }
        return again;
    }

    private static void fail(List<Order> orders, Exception failure) {
        RuntimeException told =
                Transactions.waited(failure)
                        ? Transactions.busy("another request holds what this one needs")
                        : new IllegalStateException(failure);
        orders.forEach(order -> order.outcome().completeExceptionally(told));
    }
}
