package io.yunqing.cli.print;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.Kind;
import io.yunqing.cli.json.Tree;
import io.yunqing.cli.noun.Column;
import io.yunqing.cli.noun.Nouns;
import io.yunqing.cli.platform.Words;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
    private static final Instant NOW = Instant.parse("2026-01-03T00:00:00Z");

    private static List<Map<String, Object>> departments() throws IOException {
        return List.of(
                Tree.read(
                        """
                        {"metadata":{"name":"market","created":"2026-01-01T00:00:00Z"},
                         "spec":{"displayName":"市场监督管理局","parent":"city"},"status":{"applications":12}}
                        """
                                .getBytes(StandardCharsets.UTF_8)),
                Tree.read(
                        """
                        {"metadata":{"name":"city","created":"2026-01-02T23:59:57Z","labels":{"a":"b"}},
                         "spec":{"displayName":"A, \\"B\\"","code":"x\\u001b[31m"},"status":{"applications":3}}
                        """
                                .getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Column> columns(boolean wide) {
        return Nouns.of(Kind.DEPARTMENT).columns().stream().filter(c -> wide || !c.wide()).toList();
    }

    @Test
    void chineseTextLinesUp() throws IOException {
        String table =
                new Table(Words.of("zh"), new Paint(false), NOW).of(columns(false), departments());
        assertEquals(
                """
                名称    显示名称        上级部门  应用数  存在时间
                market  市场监督管理局  city          12  2 d
                city    A, "B"          -              3  3 s
                """,
                table);
    }

    @Test
    void wideShowsAllAndNothingSteersTheTerminal() throws IOException {
        String table =
                new Table(Words.of(""), new Paint(false), NOW).of(columns(true), departments());
        assertEquals(
                """
                NAME    DISPLAY NAME    PARENT  APPLICATIONS  CODE    CHILDREN  PATH  LABELS  AGE
                market  市场监督管理局  city              12  -              -  -     -       2 d
                city    A, "B"          -                  3  x?[31m         -  -     a=b     3 s
                """,
                table);
    }

    @Test
    void csvIsForProgramsInEveryLanguage() throws IOException {
        assertEquals(
                "name,display-name,parent,applications,code,children,path,labels,age\r\n"
                        + "market,市场监督管理局,city,12,,,,,2026-01-01T00:00:00Z\r\n"
                        + "city,\"A, \"\"B\"\"\",,3,x\u001b[31m,,,a=b,2026-01-02T23:59:57Z\r\n",
                Table.csv(columns(true), departments()));
    }

    @Test
    void statesAreColouredWithoutMovingColumns() throws IOException {
        List<Column> columns =
                Nouns.of(Kind.INSTANCE).columns().stream()
                        .filter(c -> List.of("phase", "host").contains(c.id()))
                        .toList();
        List<Map<String, Object>> rows =
                List.of(
                        Tree.read(
                                "{\"status\":{\"phase\":\"FAILED\",\"host\":\"h\"}}"
                                        .getBytes(StandardCharsets.UTF_8)),
                        Tree.read(
                                "{\"status\":{\"phase\":\"UNOBSERVED\"}}"
                                        .getBytes(StandardCharsets.UTF_8)));
        assertEquals(
                "PHASE       HOST\n"
                        + "\u001b[31mFAILED    \u001b[0m  h\n"
                        + "\u001b[33mUNOBSERVED\u001b[0m  -\n",
                new Table(Words.of(""), new Paint(true), NOW).of(columns, rows));
    }

    @ParameterizedTest
    @CsvSource({"abc,3", "市场,4", "ｆｕｌｌ,8", "e\u0301,1", "😀,2", "が,2", "한글,4", "'',0", "é,1"})
    void widthIsWhatATerminalTakes(String text, int width) {
        assertEquals(width, Width.of(text));
    }

    @Test
    void yamlKeepsChineseOrderAndTypes() throws IOException {
        Map<String, Object> tree =
                Tree.read(
                        "{\"b\":\"市\",\"a\":{\"n\":1.50,\"t\":\"8\",\"empty\":[]},\"l\":[true,null]}"
                                .getBytes(StandardCharsets.UTF_8));
        assertEquals(
                """
                b: 市
                a:
                  n: 1.50
                  t: '8'
                  empty: []
                l:
                - true
                - null
                """,
                Yaml.of(tree));
    }
}
