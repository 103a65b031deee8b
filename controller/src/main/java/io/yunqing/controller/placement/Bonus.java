package io.yunqing.controller.placement;

/** What is added to a host's key beside its score, in the same whole numbers. */
interface Bonus {
    Bonus NONE =
            new Bonus() {
                @Override
                public int most() {
                    return 0;
                }

                @Override
                public int at(int index) {
                    return 0;
                }
            };

    /** No host gets more. */
    int most();

    int at(int index);
}
