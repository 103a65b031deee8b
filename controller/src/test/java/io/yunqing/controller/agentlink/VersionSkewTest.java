package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.NetworkDesired;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Agents and controllers of versions N and N-1 understand each other: what one says more, the other leaves out. */
class VersionSkewTest {

    @Test
    void whatIsSaidMayHaveFieldsThatTheReaderDoesNotKnow() {
        Set<Class<?>> records = reachable();
        assertTrue(
                records.containsAll(List.of(HostImages.class, NetworkDesired.Port.class)),
                "at any depth: " + records);
        List<String> strict =
                records.stream().filter(one -> !toleratesMore(one)).map(Class::getName).toList();
        assertEquals(List.of(), strict, "records that refuse fields of a newer version");
    }

    private static boolean toleratesMore(Class<?> type) {
        JsonIgnoreProperties ignored = type.getAnnotation(JsonIgnoreProperties.class);
        return ignored != null && ignored.ignoreUnknown();
    }

    /** All that crosses the line between them is taken or answered by a method of this resource. */
    private static List<Type> said() {
        List<Type> said = new ArrayList<>();
        for (Method method : AgentResource.class.getDeclaredMethods()) {
            said.addAll(List.of(method.getGenericParameterTypes()));
            said.add(method.getGenericReturnType());
        }
        return said;
    }

    private static Set<Class<?>> reachable() {
        Set<Class<?>> found = new LinkedHashSet<>();
        ArrayDeque<Type> left = new ArrayDeque<>(said());
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
