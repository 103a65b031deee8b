# What benchmarks have in common; sourced by each, which leaves it in the project's root with its figures' folder made.

name=$(basename "$0")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
: "${JAVA_HOME:?set it to a JDK 25, or use ./dev bench $name}"
mkdir -p target/bench

# run CLASS [ARGS]: a program of the examples, with the newest sources of all it stands on.
run() {
    mvn -q -B -ntp -DskipTests -P '!programs' -pl api,agent,examples package
    exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Xmx4g -XX:+UseCompactObjectHeaders \
        -cp "examples/target/classes:examples/target/lib/*" "io.yunqing.examples.$1" "${@:2}"
}
