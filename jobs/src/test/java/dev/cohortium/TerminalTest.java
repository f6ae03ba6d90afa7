package dev.cohortium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TerminalTest {
  /** A clock that is set by hand. */
  private static final class Hand extends Clock {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    private void forward(int seconds) {
      now = now.plusSeconds(seconds);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final Hand clock = new Hand();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal =
      new Terminal(
          new PrintStream(err, true, UTF_8), clock, text -> text.replace("hunter2", "***"));

  @Test
  void a_step_is_said_at_once_with_the_seconds_since_the_beginning() {
    terminal.step("cohortium 0.1.0: study foodmart, starting Spark");
    clock.forward(12);
    terminal.step("ingest: reading transactions");
    clock.forward(3600);
    terminal.note("look-alike is configured");
    assertThat(err.toString(UTF_8))
        .isEqualToNormalizingNewlines(
            """
            [  0 s] cohortium 0.1.0: study foodmart, starting Spark
            [ 12 s] ingest: reading transactions
            [3612 s] look-alike is configured
            """);
  }

  @Test
  void a_sign_of_life_says_how_many_tasks_of_the_step_are_done() {
    terminal.step("panel: writing");
    clock.forward(5);
    terminal.signOfLife();
    clock.forward(5);
    terminal.follow(() -> Optional.of(new Terminal.Tasks(45, 200)));
    terminal.signOfLife();
    assertThat(err.toString(UTF_8))
        .isEqualToNormalizingNewlines(
            """
            [  0 s] panel: writing
            [  5 s] panel: writing ...
            [ 10 s] panel: writing: 45 of 200 tasks
            """);
  }

  @Test
  void there_is_no_sign_of_life_before_the_first_step() {
    terminal.signOfLife();
    assertThat(err.size()).isZero();
  }

  @Test
  void a_secret_is_not_shown() {
    terminal.step("reading jdbc:x?password is hunter2");
    assertThat(err.toString(UTF_8)).contains("***").doesNotContain("hunter2");
  }
}
