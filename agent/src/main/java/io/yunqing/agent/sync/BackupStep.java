package io.yunqing.agent.sync;

/** What can be done for one backup, one thing at a time; each may be repeated without harm. */
enum BackupStep {
    /** See whether it is in its repository already. */
    FIND("find", LaneName.REPOSITORY),
    /** Copy the volume beside it. */
    TAKE("take", LaneName.COPY),
    /** Bring the copy to the repository. */
    STORE("store", LaneName.REPOSITORY),
    ERASE("erase", LaneName.REPOSITORY);

    private final String word;
    private final LaneName lane;

    BackupStep(String word, LaneName lane) {
        this.word = word;
        this.lane = lane;
    }

    /** As it is called in reports. */
    String word() {
        return word;
    }

    LaneName lane() {
        return lane;
    }
}
