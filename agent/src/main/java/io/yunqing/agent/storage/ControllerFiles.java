package io.yunqing.agent.storage;

import java.io.IOException;
import java.net.HttpURLConnection;

/** The files that the controller has for its agents. */
public interface ControllerFiles {

    /** A connection to one of them by its path, as this host's agent; nothing is sent yet. */
    HttpURLConnection open(String path) throws IOException;
}
