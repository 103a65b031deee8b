package io.yunqing.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.Kind;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Nouns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WaitingTest {
    @ParameterizedTest
    @CsvSource({
        "'',SCHEDULED,UNDERWAY",
        "'',STARTING,UNDERWAY",
        "'',RUNNING,REACHED",
        "RUNNING,STOPPED,UNDERWAY",
        "STOPPED,RUNNING,UNDERWAY",
        "STOPPED,STOPPING,UNDERWAY",
        "STOPPED,STOPPED,REACHED",
        "OFF,STOPPED,REACHED",
        "RUNNING,PAUSED,FAILED",
        "PAUSED,PAUSED,REACHED",
        "RUNNING,UNOBSERVED,UNDERWAY",
        "RUNNING,DELETING,UNDERWAY"
    })
    void judgesThePhaseByThePowerThatWasAsked(String power, String phase, String verdict)
            throws IOException {
        Map<String, Object> now =
                tree("{'spec':{'power':'" + power + "'},'status':{'phase':'" + phase + "'}}");
        assertEquals(verdict, judge(Kind.INSTANCE, now, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "web-1,ATTACHING,UNDERWAY",
        "web-1,ATTACHED,REACHED",
        "web-1,AVAILABLE,UNDERWAY",
        "'',DETACHING,UNDERWAY",
        "'',AVAILABLE,REACHED",
        "'',ATTACHED,UNDERWAY",
        "web-1,FAILED,FAILED"
    })
    void judgesAVolumeByTheInstanceThatIsToHaveIt(String instance, String phase, String verdict)
            throws IOException {
        Map<String, Object> now =
                tree(
                        "{'spec':{'instance':'%s'},'status':{'phase':'%s','lastError':{'attempts':1}}}"
                                .formatted(instance, phase));
        assertEquals(verdict, judge(Kind.VOLUME, now, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "true,QUARANTINING,UNDERWAY",
        "true,QUARANTINED,REACHED",
        "true,FOUND,UNDERWAY",
        "true,UNOBSERVED,UNDERWAY",
        "false,RELEASING,UNDERWAY",
        "false,FOUND,REACHED",
        "false,FAILED,FAILED"
    })
    void judgesAnOrphanByWhereItIsToBe(String quarantined, String phase, String verdict)
            throws IOException {
        Map<String, Object> now =
                tree(
                        "{'spec':{'quarantined':%s},'status':{'phase':'%s','lastError':{'attempts':1}}}"
                                .formatted(quarantined, phase));
        assertEquals(verdict, judge(Kind.ORPHAN, now, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"0,1,FAILED", "1,1,UNDERWAY", "1,2,FAILED"})
    void onlyANewFaultEndsTheWait(int before, int attempts, String verdict) throws IOException {
        Map<String, Object> now =
                tree(
                        "{'spec':{},'status':{'phase':'FAILED','lastError':{'attempts':"
                                + attempts
                                + "}}}");
        Map<String, Object> fault = before == 0 ? Map.of() : Map.of("attempts", before);
        assertEquals(verdict, judge(Kind.INSTANCE, now, fault));
    }

    private static String judge(Kind kind, Map<String, Object> now, Map<String, Object> before) {
        return Waiting.judge(now, Nouns.of(kind).wantedPhase(now), before).name();
    }

    private static Map<String, Object> tree(String json) throws IOException {
        return Tree.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
