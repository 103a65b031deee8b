package io.yunqing.agent.link;

import io.yunqing.api.agent.CertificateGrant;
import io.yunqing.api.agent.ConsoleDesired;
import io.yunqing.api.agent.HostDesired;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.HostObserved;
import io.yunqing.api.agent.HostStatistics;
import io.yunqing.api.agent.ReportAnswer;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The seam to the controller: the calls of an enrolled agent. Each may be repeated. */
public interface Controller {

    /** What changed behind {@code revision}; waits up to {@code wait} if there is nothing yet. */
    HostDesired desired(long revision, Duration wait) throws LinkFault, InterruptedException;

    ReportAnswer report(HostObserved observed) throws LinkFault, InterruptedException;

    /**
     * @param end how many bytes the console has ever written; {@code tail} ends there
     */
    void console(UUID instance, byte[] tail, long end) throws LinkFault, InterruptedException;

    void statistics(HostStatistics statistics) throws LinkFault, InterruptedException;

    void images(HostImages known) throws LinkFault, InterruptedException;

    /** Opens the host's end of a console session. */
    CompletableFuture<WebSocket> open(ConsoleDesired session, WebSocket.Listener listener);

    CertificateGrant renew(String signingRequest) throws LinkFault, InterruptedException;
}
