package io.yunqing.agent;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.agent.hypervisor.HypervisorFault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Stands before a hypervisor: says which steps were done, and lets a test stop calls on their way or have them fail. */
public final class Gates {

    private static final Set<String> STEPS =
            Set.of(
                    "prepare",
                    "define",
                    "attachVolumes",
                    "start",
                    "startPaused",
                    "resume",
                    "shutdown",
                    "powerOff",
                    "undefine",
                    "erase",
                    "makeVolume",
                    "unpackVolume",
                    "copyVolumes",
                    "growVolume",
                    "wipeVolume",
                    "eraseVolume",
                    "restoreVolume",
                    "takeBackup",
                    "storeBackup",
                    "eraseBackup");

    private final Map<String, CountDownLatch> shut = new ConcurrentHashMap<>();
    private final Map<String, String> failing = new ConcurrentHashMap<>();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final List<String> steps = new CopyOnWriteArrayList<>();

    public Hypervisor before(Hypervisor behind) {
        return (Hypervisor)
                Proxy.newProxyInstance(
                        Gates.class.getClassLoader(),
                        new Class<?>[] {Hypervisor.class},
                        (proxy, method, arguments) -> {
                            pass(method.getName());
                            try {
                                return method.invoke(behind, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private void pass(String call) throws HypervisorFault {
        var gate = shut.get(call);
        if (gate != null) {
            waiting.add(call);
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new HypervisorFault(HypervisorFault.Kind.TIMEOUT, "the test is over", e);
            } finally {
                waiting.remove(call);
            }
        }
        var words = failing.get(call);
        if (words != null) {
            throw new HypervisorFault(HypervisorFault.Kind.REFUSED, words);
        }
        if (STEPS.contains(call)) {
            steps.add(call);
        }
    }

    /** Calls of this method fail with these words from now on, and nothing else tells that. */
    public void fail(String call, String words) {
        failing.put(call, words);
    }

    public void mend(String call) {
        failing.remove(call);
    }

    /** Calls of this method of {@link Hypervisor} wait from now on. */
    public void shut(String call) {
        shut.put(call, new CountDownLatch(1));
    }

    public boolean holds(String call) {
        return waiting.contains(call);
    }

    /** How many gates hold a call. */
    public int held() {
        return waiting.size();
    }

    public void open(String call) {
        var gate = shut.remove(call);
        if (gate != null) {
            gate.countDown();
        }
    }

    /** What was begun, in this order. */
    public List<String> steps() {
        return List.copyOf(steps);
    }
}
