package io.yunqing.agent.link;

import io.yunqing.agent.hypervisor.Hypervisor;
import io.yunqing.api.agent.HostImages;
import io.yunqing.api.agent.ImageObserved;
import java.time.Duration;
import java.util.List;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells the controller what is known of images, when the agent has started and whenever that changes. */
public final class ImageNews implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ImageNews.class.getName());

    private final Hypervisor hypervisor;
    private final Controller controller;
    private final Rhythm rhythm;
    private final Patience patience;
    private final Loop loop;
    private @Nullable List<ImageObserved> told;

    public ImageNews(Hypervisor hypervisor, Controller controller, Rhythm rhythm) {
        this.hypervisor = hypervisor;
        this.controller = controller;
        this.rhythm = rhythm;
        this.patience = rhythm.patience(LOG, "telling of images");
        this.loop = rhythm.loop("images", this::round);
    }

    public void start() {
        loop.start();
    }

    private Duration round() throws InterruptedException {
        var known = hypervisor.images();
        if (known.equals(told)) {
            return rhythm.reportEvery();
        }
        try {
            controller.images(new HostImages(known.stream().limit(HostImages.MOST).toList()));
            told = known;
            patience.succeeded();
            return rhythm.reportEvery();
        } catch (LinkFault fault) {
            // A controller that does not know of it yet says no, and will know one day.
            return patience.failed(fault).plus(rhythm.reportEvery());
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
