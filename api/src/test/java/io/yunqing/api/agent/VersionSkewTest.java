package io.yunqing.api.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Agents and controllers of versions N and N-1 understand each other: what one says more, the other leaves out. */
class VersionSkewTest {

    /** All that crosses the line between them begins with one of these. */
    private static final List<Class<?>> SAID =
            List.of(
                    CertificateGrant.class,
                    EnrolRequest.class,
                    HostDesired.class,
                    HostObserved.class,
                    HostStatistics.class,
                    RenewRequest.class,
                    ReportAnswer.class);

    @Test
    void whatIsSaidMayHaveFieldsThatTheReaderDoesNotKnow() {
        Set<Class<?>> records = reachable();
        assertTrue(records.contains(NetworkDesired.Port.class), "by any way: " + records);
        List<String> strict =
                records.stream().filter(one -> !toleratesMore(one)).map(Class::getName).toList();
        assertEquals(List.of(), strict, "records that refuse fields of a newer version");
    }

    private static boolean toleratesMore(Class<?> type) {
        JsonIgnoreProperties ignored = type.getAnnotation(JsonIgnoreProperties.class);
        return ignored != null && ignored.ignoreUnknown();
    }

    private static Set<Class<?>> reachable() {
        Set<Class<?>> found = new LinkedHashSet<>();
        ArrayDeque<Type> left = new ArrayDeque<>(SAID);
        while (!left.isEmpty()) {
            Type next = left.remove();
            if (next instanceof ParameterizedType generic) {
                left.addAll(List.of(generic.getActualTypeArguments()));
            } else if (next instanceof WildcardType wild) {
                left.addAll(List.of(wild.getUpperBounds()));
            } else if (next instanceof Class<?> type && type.isRecord() && found.add(type)) {
                for (RecordComponent component : type.getRecordComponents()) {
                    left.add(component.getGenericType());
                }
            }
        }
        return found;
    }
}
