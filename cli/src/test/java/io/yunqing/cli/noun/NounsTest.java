package io.yunqing.cli.noun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.Kind;
import io.yunqing.cli.platform.Failure;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NounsTest {
    /** Whoever adds a field to a spec, or moves a limit, is told here that the command line must follow. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void fieldsAreThoseOfTheSpec(Kind kind) throws ClassNotFoundException {
        Class<?> spec = Class.forName("io.yunqing.api." + kind.wireName() + "Spec");
        List<RecordComponent> components = List.of(spec.getRecordComponents());
        assertEquals(
                components.stream().map(RecordComponent::getName).toList(),
                Nouns.of(kind).fields().stream().map(Field::name).toList());
        for (RecordComponent component : components) {
            Field field = Nouns.of(kind).field(component.getName()).orElseThrow();
            assertEquals(
                    component
                                    .getAccessor()
                                    .getAnnotatedReturnType()
                                    .isAnnotationPresent(NotNull.class)
                            || component.getAccessor().isAnnotationPresent(NotNull.class),
                    field.required(),
                    field.name());
            if (component.getType() == Integer.class) {
                Min min = component.getAccessor().getAnnotation(Min.class);
                Max max = component.getAccessor().getAnnotation(Max.class);
                assertEquals(min.value(), field.min(), field.name());
                assertEquals(max.value(), field.max(), field.name());
            } else if (component.getType().isEnum()) {
                assertEquals(
                        Arrays.stream(component.getType().getEnumConstants())
                                .map(Object::toString)
                                .toList(),
                        field.choices());
            } else if (component.getType() == Map.class) {
                assertTrue(field.type().byKey());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void columnsHaveNamesOfTheirOwn(Kind kind) {
        List<String> ids = Nouns.of(kind).columns().stream().map(Column::id).toList();
        assertEquals(ids.size(), ids.stream().distinct().count());
        assertTrue(ids.contains("name"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "a_b", "-a", "a-", "../hosts", "a/b", "名", "a.b"})
    void refusesWhatCannotBeAName(String name) {
        Failure refused = assertThrows(Failure.class, () -> Noun.checkedName("NAME", name));
        assertTrue(refused.text().startsWith("NAME: "));
    }

    @Test
    void aNameOfTwoMegabytesIsNotRepeatedToTheReader() {
        String name = "a".repeat(2_000_000);
        Failure refused = assertThrows(Failure.class, () -> Noun.checkedName("NAME", name));
        assertTrue(refused.text().length() < 200);
        assertEquals("a".repeat(63), Noun.checkedName("NAME", "a".repeat(63)));
    }

    @Test
    void valuesOutsideTheirLimitsNameFlagLimitAndRemedy() {
        Field vcpus = Nouns.of(Kind.FLAVOR).field("vcpus").orElseThrow();
        Failure range = assertThrows(Failure.class, () -> vcpus.parse("-1"));
        assertEquals("--vcpus: -1 is out of range", range.text());
        assertEquals(List.of("give 1 to 512"), range.details());
        Failure letters = assertThrows(Failure.class, () -> vcpus.parse("many"));
        assertEquals("--vcpus: 'many' is not a whole number", letters.text());
        Field environment = Nouns.of(Kind.TENANT).field("environment").orElseThrow();
        assertEquals("TEST", environment.parse("test"));
        Failure choice = assertThrows(Failure.class, () -> environment.parse("staging"));
        assertTrue(choice.details().getFirst().contains("PRODUCTION, TEST"));
    }
}
