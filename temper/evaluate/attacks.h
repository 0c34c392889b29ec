#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "temper/adversarial/attack.h"
#include "temper/core/keys.h"
#include "temper/io/image/image.h"
#include "temper/measure/interval.h"
#include "temper/train/events.h"
#include "temper/train/plan.h"
#include "temper/train/saved_model.h"

/// The robustness of a saved model to adversarial attacks. `temper eval --attack --json` writes
/// these structs.
namespace temper::evaluate {

struct AttackOptions {
  std::string split = "test";
  adversarial::Attack attack = {};  ///< its radius is not used
  std::vector<double> radii = {};   ///< sorted, above 0
  std::int64_t images = 0;  ///< number of images, drawn from the set with the attack's seed;
                            ///< 0, or more than there are: all
};

/// The radii of texts such as "8/255" and "0.5", sorted; without texts the default of the norm:
/// 8/255 for linf, 0.5 for l2. Throws Error{Code::usage} for what is not a number above 0.
std::vector<double> radii_of(const std::vector<std::string>& texts, adversarial::Norm norm);

/// A number or a fraction. Throws Error{Code::usage} for what is not above 0 and finite.
/// @param what  "a radius", for the message
double fraction_of(const std::string& text, const std::string& what);

/// The accuracy under attacks within one radius.
struct RobustScore {
  double radius = 0;         ///< of samples in [0, 1]
  std::int64_t correct = 0;  ///< images that are classified correctly and stay so
  std::int64_t fooled = 0;   ///< images that are classified correctly only without the attack
  double accuracy = 0;       ///< correct / count
  measure::Interval interval = {};  ///< Wilson's, 95%

  static constexpr auto keys() {
    return std::tuple{key("radius", &RobustScore::radius), key("correct", &RobustScore::correct),
                      key("fooled", &RobustScore::fooled), key("accuracy", &RobustScore::accuracy),
                      key("accuracy_interval", &RobustScore::interval)};
  }
};

/// An image of the set before and after an attack, for the page.
struct AttackExample {
  io::Image image;
  io::Image attacked;
  io::Image perturbation;  ///< around middle gray, enlarged so that the largest change is black or
                           ///< white
  double enlarged = 1;     ///< by that factor
  std::string label;
  std::string predicted;  ///< the class after the attack
};

struct AttackTable {
  std::string split;
  std::string weights;
  adversarial::Method method = adversarial::Method::pgd;
  adversarial::Norm norm = adversarial::Norm::linf;
  std::optional<adversarial::AttackLoss> loss = {};
  std::optional<std::int64_t> steps = {};  ///< not of FGSM
  std::optional<double> step_size = {};    ///< of PGD; empty: 2.5 * radius / steps
  std::optional<bool> random_start = {};   ///< of PGD
  std::int64_t restarts = 1;
  std::int64_t seed = 1;
  std::vector<std::int64_t> size = {};  ///< height and width of the images [pixels]
  std::int64_t count = 0;               ///< images
  std::int64_t clean_correct = 0;
  double clean_accuracy = 0;  ///< without attack
  measure::Interval clean_interval = {0, 1};
  std::vector<RobustScore> rows = {};        ///< by radius
  double shown_radius = 0;                   ///< of the examples; not written
  std::vector<AttackExample> examples = {};  ///< not written

  static constexpr auto keys() {
    return std::tuple{key("split", &AttackTable::split),
                      key("weights", &AttackTable::weights),
                      key("attack", &AttackTable::method),
                      key("norm", &AttackTable::norm),
                      key("loss", &AttackTable::loss),
                      key("steps", &AttackTable::steps),
                      key("step_size", &AttackTable::step_size),
                      key("random_start", &AttackTable::random_start),
                      key("restarts", &AttackTable::restarts),
                      key("seed", &AttackTable::seed),
                      key("size", &AttackTable::size),
                      key("images", &AttackTable::count),
                      key("correct", &AttackTable::clean_correct),
                      key("accuracy", &AttackTable::clean_accuracy),
                      key("accuracy_interval", &AttackTable::clean_interval),
                      key("radii", &AttackTable::rows)};
  }
};

/// Attacks the images of a split that a model classifies correctly, in pixels of [0, 1] after the
/// resize and crop to the input's size, on the plan's device, in one view. An image counts as
/// correct under an attack where it is classified correctly without it and with it. The network is
/// in evaluation mode and computes in float; it stays as it was. Throws Error{Code::usage} for a
/// missing split, for a model with regression targets, and as adversarial::check() does.
/// @param plan  of the run's recipe and data
/// @param done  called after each radius, in their order
AttackTable evaluate_attack(train::SavedModel& model, const train::Plan& plan,
                            const AttackOptions& options,
                            const std::function<void(const RobustScore&)>& done = {});

/// The accuracy of a network in training under recipe.evaluation.attack, on the plan's validation
/// set; with Plan::group the ranks share the images. Leaves the network in evaluation mode.
/// @param cancel  as in predict()
train::AttackedScore attacked_score(model::Network& network, const train::Plan& plan,
                                    const std::function<bool()>& cancel = {});

}  // namespace temper::evaluate
