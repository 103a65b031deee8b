package io.yunqing.cli.print;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Trees as YAML. Apart from {@link Printer}, so that the YAML library is loaded by those only who ask for it. */
final class Yaml {
    private Yaml() {}

    static String of(Object tree) {
        DumpSettings settings =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .setUseUnicodeEncoding(true)
                        .setWidth(120)
                        .build();
        return new Dump(settings).dumpToString(tree);
    }
}
