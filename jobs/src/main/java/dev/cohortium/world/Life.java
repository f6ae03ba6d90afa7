package dev.cohortium.world;

import dev.cohortium.world.HoldOut.Arm;

/**
 * One customer's life, in every course that it might take. The courses share all chances (common
 * random numbers), so that they differ by what was decided and by what follows from it alone.
 */
final class Life {
  private final Setting setting;
  private final Person person;
  private final HoldOut holdOut;

  Life(Setting setting, Person person) {
    this.setting = setting;
    this.person = person;
    this.holdOut = new HoldOut(setting, person);
  }

  Person person() {
    return person;
  }

  HoldOut holdOut() {
    return holdOut;
  }

  /** What happens. */
  Path actual() {
    return live(Choice.actual(holdOut.arm()));
  }

  /** What had happened without ever joining. */
  Path stayingOut() {
    return live(Choice.stayOut(holdOut.arm()));
  }

  /** What had happened had the customer not joined when it did; it may join later. */
  Path asUsual(Path actual) {
    return live(Choice.asUsual(actual.joinedAt(), holdOut.arm()));
  }

  /** What happens in an arm of the experiment. */
  Path in(Arm arm) {
    return live(Choice.actual(arm));
  }

  private Path live(Choice choice) {
    return new Living(setting, person, holdOut, choice).live();
  }
}
