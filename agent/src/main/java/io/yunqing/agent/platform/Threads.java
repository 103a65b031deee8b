package io.yunqing.agent.platform;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Where an agent's threads come from. They never keep the process alive. */
public enum Threads {
    /** Of the kernel, there before they are needed: libvirt keeps its last error per thread. */
    PLATFORM {
        @Override
        ThreadFactory named(String prefix) {
            return Thread.ofPlatform().daemon().name(prefix, 1).factory();
        }

        @Override
        public ThreadPoolExecutor pool(String name, int size) {
            var pool = fixed(name, size);
            pool.prestartAllCoreThreads();
            return pool;
        }
    },

    /** Of the JVM, there while they work: for hosts that are simulated by the thousand in one process. */
    VIRTUAL {
        @Override
        ThreadFactory named(String prefix) {
            return Thread.ofVirtual().name(prefix, 1).factory();
        }

        @Override
        public ThreadPoolExecutor pool(String name, int size) {
            var pool = fixed(name, size);
            pool.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
            pool.allowCoreThreadTimeOut(true);
            return pool;
        }
    };

    abstract ThreadFactory named(String prefix);

    /** As many workers as {@code size}, behind a queue without a bound. */
    public abstract ThreadPoolExecutor pool(String name, int size);

    /** One thread, to be started by the caller. */
    public Thread unstarted(String name, Runnable work) {
        var thread = named(name).newThread(work);
        thread.setName(name);
        return thread;
    }

    ThreadPoolExecutor fixed(String name, int size) {
        return new ThreadPoolExecutor(
                size, size, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name + "-"));
    }
}
