package io.yunqing.agent;

import picocli.CommandLine.IVersionProvider;

/** The version that the jar's manifest carries. */
final class Version implements IVersionProvider {

    static String ours() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {ours()};
    }
}
