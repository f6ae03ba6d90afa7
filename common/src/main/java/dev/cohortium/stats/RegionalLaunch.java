package dev.cohortium.stats;

import dev.cohortium.stats.StaggeredDesign.Comparison;
import dev.cohortium.stats.StaggeredDesign.Standing;
import java.util.List;
import java.util.Optional;

/**
 * The effect of a programme that was launched region by region: regions, not customers, are what
 * chance is in, however many customers they have.
 *
 * <p>The effect is the mean, over launched customers and months since the launch, of what their
 * region's mean changed more than that of the regions without a launch until then. Its error is
 * clustered by region, Student's t with regions - 1 degrees of freedom; under {@link #FEW} regions,
 * or where a launch month has one only, it says little, and the {@link LaunchPermutations} decides.
 *
 * @see <a href="https://doi.org/10.1080/07350015.2020.1737083">MacKinnon, Webb 2020</a>
 */
public final class RegionalLaunch {
  /** Regions below which a clustered error is not to be trusted. */
  public static final int FEW = 50;

  private final StaggeredDesign design;
  private final List<LaunchRegion> regions;
  private final int metric;
  private final int first;

  private RegionalLaunch(
      StaggeredDesign design, List<LaunchRegion> regions, int metric, int first) {
    this.design = design;
    this.regions = regions;
    this.metric = metric;
    this.first = first;
  }

  /**
   * The effect on a metric, in months {@code first} to the design's last since the launch.
   *
   * @param design with controls; a cohort is the regions of one launch month
   * @param regions launched too early to have a base month are left out
   * @param metric its place
   * @param first months since the launch, at least 0
   * @throws IllegalArgumentException if first is negative, a region has no such metric or other
   *     months than the design, or the design has no controls
   */
  public static RegionalLaunch of(
      StaggeredDesign design, List<LaunchRegion> regions, int metric, int first) {
    design.requireControls();
    Arguments.atLeast("first", first, 0);
    for (LaunchRegion region : regions) {
      Arguments.sameLength("region's months", region.months(), "the design", design.months());
    }
    return new RegionalLaunch(
        design,
        regions.stream()
            .filter(
                region ->
                    design.standing(region.joined(), LaunchRegion.BEFORE_ALL)
                        != Standing.ALWAYS_TREATED)
            .toList(),
        metric,
        first);
  }

  /** The regions that are compared. */
  public int regions() {
    return regions.size();
  }

  /** Whether the test decides, for there are too few regions for an error. */
  public boolean isFew() {
    return regions.size() < FEW;
  }

  /** All group-time effects of the launch months that have two regions or more. */
  public WeightedEventStudy study() {
    WeightedEventStudy.Sums sums =
        new WeightedEventStudy.Sums(design.withLeastCohort(2), comparisons(), 1);
    regions.forEach(region -> sums.add(region.of(metric)));
    return sums.study();
  }

  /** Several forms of {@link #study}'s effects, with covariances by region. */
  public JointEffects joint(WeightedEventStudy study, List<LinearForm> forms) {
    InfluenceSums sums = new InfluenceSums(forms);
    regions.forEach(region -> sums.add(study.influences(region.of(metric), sums)));
    return sums.clustered(0);
  }

  /** The effect with its clustered error, or the reason why regions cannot tell one. */
  public Measurement effect() {
    WeightedEventStudy study = study();
    return study.effects(0).gaps().stream()
        .filter(gap -> gap.month() - gap.joined() >= first)
        .findFirst()
        .<Measurement>map(
            gap ->
                new Unmeasured(
                    "A launch month, or the regions that it is compared with, are one region or"
                        + " outweighed by one, which tells no error: only the test by exchanging"
                        + " launch months can."))
        .or(
            () ->
                study
                    .effects(0)
                    .aggregates()
                    .simple(first)
                    .map(form -> joint(study, List.of(form)).effect(0)))
        .orElseGet(() -> new Unmeasured("No region can be compared before and after a launch."));
  }

  /** The test that no launch did anything; empty where nothing can be compared. */
  public Optional<LaunchPermutations> test() {
    return LaunchPermutations.of(design, comparisons(), regions, metric, first);
  }

  private List<Comparison> comparisons() {
    return design.comparisons(regions.stream().mapToInt(LaunchRegion::joined));
  }
}
