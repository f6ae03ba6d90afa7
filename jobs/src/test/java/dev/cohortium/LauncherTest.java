package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/cohortium} in a project of its own, with a Java, a Maven and a spark-submit that only
 * say how they were called.
 */
class LauncherTest {
  /** What the launcher needs of the system besides Java and Maven. */
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "dirname",
          "env",
          "find",
          "ls",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail",
          "touch");

  private static final String SAYS_ITS_ARGUMENTS =
      """
      #!/usr/bin/env bash
      printf '%s\\n' "$@"
      """;

  @TempDir Path folder;

  private final Map<String, String> environment = new LinkedHashMap<>();
  private Path project;
  private Path tools;

  /** What the launcher printed, and its exit code. */
  private record Launch(int status, String out, String err) {
    private List<String> words() {
      return out.lines().toList();
    }
  }

  @BeforeEach
  void a_built_project_and_a_java_17() throws IOException {
    // Resolved, because the launcher resolves links and temporary folders may be behind one.
    Path root = folder.toRealPath();
    project = root.resolve("project");
    tools = Files.createDirectories(root.resolve("tools"));
    for (String tool : TOOLS) {
      Path found =
          Stream.of("/bin", "/usr/bin")
              .map(bin -> Path.of(bin, tool))
              .filter(Files::exists)
              .findFirst()
              .orElse(null);
      assumeTrue(found != null, "skipped: this machine has no " + tool + " in /bin or /usr/bin");
      Files.createSymbolicLink(tools.resolve(tool), found);
    }
    Path launcher = Path.of(System.getProperty("project.root"), "bin", "cohortium");
    script("project/bin/cohortium", Files.readString(launcher));
    write(
        "project/pom.xml",
        "<spark.opens>--add-opens=java.base/java.lang=ALL-UNNAMED</spark.opens>");
    write("project/repository/delta-spark_2.12-3.3.3.jar", "");
    write("project/repository/delta-storage-3.3.3.jar", "");
    write("project/repository/hsqldb-2.6.1.jar", "");
    write("project/repository/spark-sql_2.12-3.5.7.jar", "");
    write(
        "project/jobs/target/classpath",
        Stream.of(
                "delta-spark_2.12-3.3.3",
                "delta-storage-3.3.3",
                "hsqldb-2.6.1",
                "spark-sql_2.12-3.5.7")
            .map(jar -> project.resolve("repository/" + jar + ".jar").toString())
            .collect(Collectors.joining(":")));
    write("project/jobs/target/cohortium-jobs-0.1.0.jar", "");
    Files.setLastModifiedTime(project.resolve("pom.xml"), FileTime.from(Instant.EPOCH));
    write("study/spring.conf", "study = spring");
    environment.put("PATH", tools.toString());
    javaHome("17.0.15");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.toRealPath().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Path script(String name, String text) throws IOException {
    Path file = write(name, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  private void javaHome(String version) throws IOException {
    Path java = script("jdk-" + version + "/bin/java", SAYS_ITS_ARGUMENTS);
    write("jdk-" + version + "/release", "JAVA_VERSION=\"" + version + "\"\n");
    environment.put("JAVA_HOME", java.getParent().getParent().toString());
  }

  private void sparkHome(String... jars) throws IOException {
    Path submit = script("spark/bin/spark-submit", SAYS_ITS_ARGUMENTS);
    for (String jar : jars) {
      write("spark/jars/" + jar, "");
    }
    environment.put("SPARK_HOME", submit.getParent().getParent().toString());
  }

  private Process start(Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(project.resolve("bin/cohortium").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command).directory(folder.toFile());
    process.environment().clear();
    process.environment().putAll(environment);
    return process.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  private Launch launch(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "launch", ".out");
    Path err = Files.createTempFile(folder, "launch", ".err");
    int status = start(out, err, arguments).waitFor();
    return new Launch(status, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  @Test
  void without_any_java_it_says_what_to_install() throws Exception {
    environment.remove("JAVA_HOME");
    Launch launch = launch("jobs");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("There is no Java", "Install JDK 17");
    assertThat(launch.out()).isEmpty();
  }

  @Test
  void a_java_home_without_java_is_named() throws Exception {
    environment.put("JAVA_HOME", "/nowhere");
    Launch launch = launch("jobs");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("/nowhere", "Install JDK 17");
  }

  @Test
  void java_25_is_refused_with_the_reason() throws Exception {
    javaHome("25.0.1");
    Launch launch = launch("run", "--study", "study/spring.conf");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("Java 25.0.1", "getSubject", "Install JDK 17");
  }

  @Test
  void a_java_on_the_path_is_asked_for_its_version() throws Exception {
    environment.remove("JAVA_HOME");
    script(
        "tools/java",
        """
        #!/usr/bin/env bash
        echo 'openjdk version "1.8.0_402"' >&2
        """);
    Launch launch = launch("jobs");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("Java 1.8.0_402");
  }

  @Test
  void without_spark_home_one_java_runs_the_program() throws Exception {
    write("project/lib/postgres.jar", "");
    Launch launch = launch("run", "--study", "study/spring.conf", "--memory", "3g", "--json");
    assertThat(launch.err()).isEmpty();
    assertThat(launch.words())
        .contains("--add-opens=java.base/java.lang=ALL-UNNAMED", "-Duser.timezone=UTC", "-Xmx3g")
        .endsWith("dev.cohortium.Main", "run", "--study", "study/spring.conf", "--json");
    String classpath = launch.words().get(launch.words().indexOf("-cp") + 1);
    assertThat(classpath.split(":"))
        .startsWith(
            project.resolve("jobs/target/cohortium-jobs-0.1.0.jar").toString(),
            project.resolve("lib/postgres.jar").toString())
        .endsWith(project.resolve("repository/spark-sql_2.12-3.5.7.jar").toString());
  }

  @Test
  void a_local_master_and_settings_of_spark_reach_the_one_process() throws Exception {
    assertThat(
            launch("run", "--master=local[1]", "--conf", "spark.sql.shuffle.partitions=7").words())
        .contains("-Dspark.master=local[1]", "-Dspark.sql.shuffle.partitions=7")
        .endsWith("dev.cohortium.Main", "run");
  }

  @Test
  void a_world_has_a_conf_of_its_own_beside_settings_of_spark() throws Exception {
    assertThat(
            launch("world", "--conf", "club.conf", "--conf", "spark.ui.enabled=true", "--out", "x")
                .words())
        .contains("-Dspark.ui.enabled=true")
        .endsWith("dev.cohortium.Main", "world", "--conf", "club.conf", "--out", "x");
  }

  @Test
  void a_cluster_without_spark_home_is_a_fault() throws Exception {
    for (String[] arguments :
        List.of(
            new String[] {"run", "--master", "yarn"},
            new String[] {"run", "--deploy-mode", "cluster"},
            new String[] {"run", "--packages", "a:b:1"})) {
      Launch launch = launch(arguments);
      assertThat(launch.status()).isEqualTo(2);
      assertThat(launch.err()).contains(arguments[1], "Set SPARK_HOME");
    }
  }

  @Test
  void memory_that_is_no_amount_is_a_fault() throws Exception {
    for (String memory : List.of("4", "g", "4x", "-4g", "")) {
      Launch launch = launch("run", "--memory", memory);
      assertThat(launch.status()).isEqualTo(2);
      assertThat(launch.err()).contains("--memory 4g");
    }
    assertThat(launch("run", "--memory").status()).isEqualTo(2);
  }

  @Test
  void it_is_found_behind_a_link() throws Exception {
    Path link =
        Files.createSymbolicLink(tools.resolve("cohortium"), project.resolve("bin/cohortium"));
    ProcessBuilder process = new ProcessBuilder(link.toString(), "jobs");
    process.environment().clear();
    process.environment().putAll(environment);
    Process launched = process.start();
    String out = new String(launched.getInputStream().readAllBytes(), UTF_8);
    assertThat(launched.waitFor()).isZero();
    assertThat(out).endsWith("dev.cohortium.Main\njobs\n");
  }

  @Test
  void spark_submit_gets_its_options_and_the_program_its_own() throws Exception {
    sparkHome("spark-core_2.12-3.5.7.jar");
    Launch launch =
        launch(
            "run",
            "--study",
            "study/spring.conf",
            "--master",
            "spark://host:7077",
            "--memory",
            "4g",
            "--executor-memory",
            "8g",
            "--conf",
            "spark.executor.cores=2",
            "--as-of",
            "2024-03",
            "--set",
            "cohorts.inactive-months=3");
    assertThat(launch.err()).isEmpty();
    assertThat(launch.words())
        .startsWith(
            "--class",
            "dev.cohortium.Main",
            "--master",
            "spark://host:7077",
            "--driver-memory",
            "4g",
            "--executor-memory",
            "8g",
            "--conf",
            "spark.executor.cores=2")
        .containsSequence("--conf", "spark.executor.extraJavaOptions=-Duser.timezone=UTC", "--jars")
        .containsSequence("--files", "study/spring.conf")
        .endsWith(
            project.resolve("jobs/target/cohortium-jobs-0.1.0.jar").toString(),
            "run",
            "--study",
            "study/spring.conf",
            "--as-of",
            "2024-03",
            "--set",
            "cohorts.inactive-months=3");
    assertThat(jars(launch))
        .containsExactly(
            "hsqldb-2.6.1.jar", "delta-spark_2.12-3.3.3.jar", "delta-storage-3.3.3.jar");
  }

  private static List<String> jars(Launch launch) {
    String jars = launch.words().get(launch.words().indexOf("--jars") + 1);
    return Stream.of(jars.split(",")).map(jar -> Path.of(jar).getFileName().toString()).toList();
  }

  @Test
  void in_a_cluster_the_study_is_read_from_the_working_directory() throws Exception {
    sparkHome();
    Launch launch =
        launch(
            "run",
            "--study",
            "study/spring.conf",
            "--master",
            "yarn",
            "--deploy-mode",
            "cluster",
            "--warehouse=hdfs:///spring");
    assertThat(launch.words())
        .containsSequence("--deploy-mode", "cluster")
        .containsSequence("--files", "study/spring.conf")
        .endsWith("run", "--study", "spring.conf", "--warehouse", "hdfs:///spring");
  }

  @Test
  void in_a_cluster_a_warehouse_of_one_machine_is_refused_before_anything_is_submitted()
      throws Exception {
    sparkHome();
    for (String[] named :
        new String[][] {{}, {"--warehouse", "spring"}, {"--warehouse=file:///data/spring"}}) {
      List<String> arguments = new ArrayList<>(List.of("run", "--deploy-mode", "cluster"));
      arguments.addAll(List.of(named));
      Launch launch = launch(arguments.toArray(String[]::new));
      assertThat(launch.status()).isEqualTo(2);
      assertThat(launch.err()).contains("is of one machine", "an absolute path");
      assertThat(launch.out()).isEmpty();
    }
    assertThat(launch("run", "--deploy-mode", "cluster", "--warehouse", "/mnt/spring").status())
        .isZero();
    assertThat(launch("check", "--deploy-mode", "cluster").status()).isZero();
  }

  @Test
  void a_spark_with_its_own_delta_gets_no_other() throws Exception {
    sparkHome("spark-core_2.12-3.5.7.jar", "delta-spark_2.12-3.3.3.jar");
    assertThat(jars(launch("run"))).containsExactly("hsqldb-2.6.1.jar");
  }

  @Test
  void another_spark_needs_its_delta_named() throws Exception {
    sparkHome("spark-core_2.13-4.1.0.jar");
    Launch launch = launch("run");
    assertThat(launch.status()).isEqualTo(2);
    assertThat(launch.err()).contains("spark-core_2.13-4.1.0.jar", "--packages io.delta:");
    assertThat(jars(launch("run", "--packages", "io.delta:delta-spark_4.1_2.13:4.4.0")))
        .containsExactly("hsqldb-2.6.1.jar");
  }

  @Test
  void the_users_java_options_stand_behind_the_time_zone() throws Exception {
    sparkHome();
    write("spark/conf/spark-defaults.conf", "spark.executor.extraJavaOptions  -XX:+UseZGC\n");
    assertThat(
            launch(
                    "run",
                    "--conf",
                    "spark.driver.extraJavaOptions=-Da=b c",
                    "--deploy-mode=cluster",
                    "--warehouse",
                    "/mnt/spring")
                .words())
        .contains(
            "spark.driver.extraJavaOptions=-Duser.timezone=UTC"
                + " --add-opens=java.base/java.lang=ALL-UNNAMED -Da=b c",
            "spark.executor.extraJavaOptions=-Duser.timezone=UTC -XX:+UseZGC");
  }

  @Test
  void what_needs_no_spark_never_goes_to_spark_submit() throws Exception {
    sparkHome();
    for (String[] arguments :
        List.of(
            new String[] {"jobs"},
            new String[] {"tables", "--format", "markdown"},
            new String[] {"--help"},
            new String[] {"run", "--help"},
            new String[] {"--version"})) {
      assertThat(launch(arguments).words())
          .contains("dev.cohortium.Main", "-cp")
          .endsWith(arguments);
    }
  }

  @Test
  void a_missing_maven_is_named_when_a_build_is_needed() throws Exception {
    Files.delete(project.resolve("jobs/target/cohortium-jobs-0.1.0.jar"));
    Launch launch = launch("jobs");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("Maven is missing", "Install Maven");
    assertThat(launch.out()).isEmpty();
    assertThat(project.resolve("target/build.lock")).doesNotExist();
  }

  /** A Maven that makes the jar and counts how often it was called. */
  private void maven(String end) throws IOException {
    script(
        "tools/mvn",
        """
        #!/usr/bin/env bash
        echo "noise of Maven"
        echo once >>builds
        touch jobs/target/cohortium-jobs-0.1.0.jar
        """
            + end);
  }

  @Test
  void a_changed_source_is_built_once_and_maven_stays_off_the_screen() throws Exception {
    maven("exit 0\n");
    Path source = write("project/jobs/src/main/New.java", "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(60)));
    Files.setLastModifiedTime(
        project.resolve("jobs/target/cohortium-jobs-0.1.0.jar"),
        FileTime.from(Instant.now().minusSeconds(120)));
    Launch first = launch("jobs");
    assertThat(first.status()).isZero();
    assertThat(first.err()).contains("building", "has changed");
    assertThat(first.out() + first.err()).doesNotContain("noise");
    assertThat(launch("jobs").err()).isEmpty();
    assertThat(project.resolve("builds")).hasContent("once");
  }

  @Test
  void a_jar_that_left_the_repository_is_fetched_by_a_build() throws Exception {
    maven("touch repository/hsqldb-2.6.1.jar\n");
    Files.delete(project.resolve("repository/hsqldb-2.6.1.jar"));
    assertThat(launch("jobs").err()).contains("hsqldb-2.6.1.jar is gone");
    assertThat(launch("jobs").err()).isEmpty();
  }

  @Test
  void a_failed_build_shows_what_maven_said() throws Exception {
    maven("exit 3\n");
    Files.delete(project.resolve("jobs/target/cohortium-jobs-0.1.0.jar"));
    Launch launch = launch("jobs");
    assertThat(launch.status()).isEqualTo(1);
    assertThat(launch.err()).contains("noise of Maven", "The build failed");
    assertThat(launch.out()).isEmpty();
  }

  @Test
  void two_launches_at_once_build_once() throws Exception {
    maven("exit 0\n");
    Files.delete(project.resolve("jobs/target/cohortium-jobs-0.1.0.jar"));
    Process one = start(folder.resolve("one.out"), folder.resolve("one.err"), "jobs");
    Process other = start(folder.resolve("other.out"), folder.resolve("other.err"), "jobs");
    assertThat(one.waitFor()).isZero();
    assertThat(other.waitFor()).isZero();
    assertThat(project.resolve("builds")).hasContent("once");
    assertThat(project.resolve("target/build.lock")).doesNotExist();
  }

  @Test
  void the_lock_of_a_launch_that_died_is_removed() throws Exception {
    maven("exit 0\n");
    Files.delete(project.resolve("jobs/target/cohortium-jobs-0.1.0.jar"));
    Process dead = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    dead.waitFor();
    write("project/target/build.lock/pid", dead.pid() + "\n");
    assertThat(launch("jobs").status()).isZero();
    assertThat(project.resolve("builds")).hasContent("once");
  }
}
