package io.yunqing.agent.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.yunqing.agent.Instances;
import io.yunqing.api.NetworkRule;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.InstanceDesired;
import io.yunqing.api.agent.InstanceDesired.Nic;
import io.yunqing.api.agent.InstanceObserved;
import io.yunqing.api.agent.NetworkDesired;
import io.yunqing.api.agent.NetworkDesired.Port;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Networks beside the instances that are in them. */
class NetworkReconcilerTest extends Reconciling {

    private static final String MAC = "52:54:00:00:00:01";
    private static final InstanceDesired WEB =
            Instances.running().nic(new Nic(MAC, "10.0.0.1/24", null, 4096)).build();
    private static final NetworkDesired WITH_WEB = lan(new Port(Instances.ID, MAC, "10.0.0.1"));

    @Test
    void aGuestIsStartedWhenItsNetworkIsThere() {
        gates.shut("makeNetworks");
        hear(1, WITH_WEB);
        until("they are being made", () -> gates.holds("makeNetworks"));
        assertEquals(List.of(), gates.steps());
        gates.open("makeNetworks");
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    @Test
    void aNetworkThatDoesNotLetItThroughIsNotEnough() {
        hear(1, lan());
        untilQuiet();
        assertEquals(List.of(), gates.steps());
        hear(2, WITH_WEB);
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    @Test
    void whatHindersItIsSaidOfTheInstanceUntilItIsOver() {
        hypervisor.networksFailWith("nft ended with 1: no");
        hear(1, WITH_WEB);
        until(
                "it is said",
                () -> "its network cannot be made: nft ended with 1: no".equals(fault()));
        assertEquals("nft ended with 1: no", told().networkFault());
        hypervisor.networksFailWith(null);
        now = now.plusSeconds(60);
        until("it runs", () -> shown(DomainState.RUNNING));
        assertNull(fault());
        assertNull(told().networkFault());
    }

    @Test
    void othersAreStartedMeanwhile() {
        hypervisor.networksFailWith("nft ended with 1: no");
        reconciler.hear(
                HostDesired.of(
                        1,
                        true,
                        List.of(Instances.running().build()),
                        List.of(),
                        null,
                        List.of(WITH_WEB)));
        until("it runs", () -> shown(DomainState.RUNNING));
    }

    private void hear(long revision, NetworkDesired network) {
        reconciler.hear(
                HostDesired.of(revision, true, List.of(WEB), List.of(), null, List.of(network)));
    }

    private @Nullable String fault() {
        return told().instances().stream()
                .map(InstanceObserved::fault)
                .filter(fault -> fault != null)
                .map(fault -> fault.message())
                .findFirst()
                .orElse(null);
    }

    private static NetworkDesired lan(Port... ports) {
        return new NetworkDesired(
                4096, "10.0.0.0/24", List.of(), List.of(NetworkRule.SAME_NETWORK), List.of(ports));
    }
}
