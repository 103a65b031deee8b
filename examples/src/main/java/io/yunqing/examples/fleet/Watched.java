package io.yunqing.examples.fleet;

import io.yunqing.agent.link.Controller;
import io.yunqing.agent.link.LinkFault;
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

/** One agent's view of the controller, with every call told to the tally. */
record Watched(int host, Controller controller, Tally tally) implements Controller {

    @Override
    public HostDesired desired(long revision, Duration wait)
            throws LinkFault, InterruptedException {
        try {
            HostDesired news = controller.desired(revision, wait);
            tally.wished(news);
            return news;
        } catch (LinkFault fault) {
            tally.failed();
            throw fault;
        }
    }

    @Override
    public ReportAnswer report(HostObserved observed) throws LinkFault, InterruptedException {
        long begin = System.nanoTime();
        try {
            ReportAnswer answer = controller.report(observed);
            tally.reported(host, observed, System.nanoTime() - begin);
            return answer;
        } catch (LinkFault fault) {
            tally.failed();
            throw fault;
        }
    }

    @Override
    public void console(UUID instance, byte[] tail, long end)
            throws LinkFault, InterruptedException {
        controller.console(instance, tail, end);
    }

    @Override
    public void statistics(HostStatistics statistics) throws LinkFault, InterruptedException {
        controller.statistics(statistics);
    }

    @Override
    public void images(HostImages known) throws LinkFault, InterruptedException {
        controller.images(known);
    }

    @Override
    public CompletableFuture<WebSocket> open(ConsoleDesired session, WebSocket.Listener listener) {
        return controller.open(session, listener);
    }

    @Override
    public CertificateGrant renew(String signingRequest) throws LinkFault, InterruptedException {
        return controller.renew(signingRequest);
    }
}
