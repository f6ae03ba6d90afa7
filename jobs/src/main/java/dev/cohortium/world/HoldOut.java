package dev.cohortium.world;

import static dev.cohortium.world.Draws.Purpose.ARM;
import static dev.cohortium.world.Draws.Purpose.CONTACT;
import static dev.cohortium.world.Draws.Purpose.CONTACT_TIME;
import static dev.cohortium.world.Draws.Purpose.CONTAMINATION;

import dev.cohortium.config.World.Experiment;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** One customer in the randomised experiment: when assigned, to which arm, when contacted. */
final class HoldOut {
  private final Experiment experiment;
  private final Person person;
  private final OptionalInt assigned;

  /** What a customer is assigned to, by a hash, once and for all. */
  enum Arm {
    CONTROL,
    TREATMENT;

    /** As the sources write it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  HoldOut(Setting setting, Person person) {
    this.experiment = setting.world().experiment();
    this.person = person;
    int launch = setting.region(person.region()).launchMonth();
    int month = Math.max(Math.max(experiment.fromMonth(), launch), person.firstWholeMonth());
    boolean isEligible = experiment.takesPlace() && person.isKnown() && month < setting.months();
    this.assigned = isEligible ? OptionalInt.of(month) : OptionalInt.empty();
  }

  /** The first month after the assignment; nobody is assigned who joined before it. */
  OptionalInt assigned() {
    return assigned;
  }

  Arm arm() {
    return person.draws().share(ARM) < experiment.controlShare() ? Arm.CONTROL : Arm.TREATMENT;
  }

  /** Whether the experiment keeps the customer from joining in a month. */
  boolean keepsOut(Arm arm, int month) {
    return arm == Arm.CONTROL
        && isAssignedBy(month)
        && person.draws().share(CONTAMINATION) >= experiment.contamination();
  }

  /** What the experiment adds to the log-odds of joining at a moment. */
  double lift(Arm arm, double moment) {
    boolean isCampaign =
        arm == Arm.TREATMENT
            && isAssignedBy((int) moment)
            && moment < assigned.getAsInt() + experiment.contactMonths();
    return isCampaign && contacts().anyMatch(contact -> contact < moment)
        ? experiment.contactLift()
        : 0;
  }

  /** When somebody in treatment is contacted, as long as no member. */
  DoubleStream contacts() {
    int first = assigned.orElseThrow();
    return IntStream.range(first, first + experiment.contactMonths())
        .filter(t -> person.draws().happens(experiment.contacted(), CONTACT, t, 0))
        .mapToDouble(t -> t + person.draws().share(CONTACT_TIME, t, 0));
  }

  private boolean isAssignedBy(int month) {
    return assigned.isPresent() && month >= assigned.getAsInt();
  }
}
