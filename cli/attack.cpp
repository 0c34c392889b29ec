#include "attack.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "output.h"
#include "temper/core/error.h"
#include "temper/evaluate/attacks.h"
#include "temper/io/format/json_keys.h"
#include "temper/io/format/json_text.h"
#include "temper/report/attack_page.h"
#include "temper/report/attack_text.h"
#include "temper/train/choose_evaluation.h"
#include "temper/train/open_data.h"
#include "temper/train/saved_model.h"
#include "tta.h"

namespace temper::cli {
namespace {

using adversarial::AttackLoss;
using adversarial::Method;
using adversarial::Norm;

void check(const AttackArguments& arguments) {
  if (arguments.method == "fgsm" &&
      (arguments.steps || !arguments.step_size.empty() || arguments.no_random_start))
    throw Error(
        Code::usage,
        "--steps, --step-size and --no-random-start have no effect with --attack fgsm, which "
        "is one step of the radius; leave them out, or use pgd");
  if (arguments.method == "apgd" && (!arguments.step_size.empty() || arguments.no_random_start))
    throw Error(
        Code::usage,
        "--step-size and --no-random-start have no effect with --attack apgd, which chooses "
        "its step sizes itself; leave them out, or use pgd");
}

evaluate::AttackOptions options_of(const Attacked& what, const AttackArguments& arguments) {
  const auto norm = arguments.norm == "l2" ? Norm::l2 : Norm::linf;
  evaluate::AttackOptions options{.split = what.split,
                                  .radii = evaluate::radii_of(arguments.radii, norm),
                                  .images = arguments.images};
  auto& attack = options.attack;
  attack.method = arguments.method == "fgsm"  ? Method::fgsm
                  : arguments.method == "pgd" ? Method::pgd
                                              : Method::apgd;
  attack.norm = norm;
  attack.loss = arguments.loss == "dlr" ? AttackLoss::dlr : AttackLoss::cross_entropy;
  attack.steps = arguments.steps.value_or(attack.steps);
  if (!arguments.step_size.empty())
    attack.step_size = evaluate::fraction_of(arguments.step_size, "a step size");
  attack.random_start = !arguments.no_random_start;
  attack.restarts = arguments.restarts;
  attack.seed = static_cast<std::uint64_t>(arguments.seed);
  return options;
}

}  // namespace

Argument add_attack(const Command& command, AttackArguments& arguments) {
  const auto attack =
      command
          .option("--attack", arguments.method,
                  "evaluate on adversarial images: a table, attack.json and attack.html in the run "
                  "directory")
          .one_of({"fgsm", "pgd", "apgd"});
  command
      .option("--radius", arguments.radii,
              "largest perturbations, of samples in [0, 1], such as 2/255,8/255; default: 8/255, "
              "for the norm l2 0.5")
      .separated_by(',')
      .one_at_a_time()
      .called("R,S")
      .needs(attack);
  command
      .option("--norm", arguments.norm,
              "linf: the largest change of a sample; l2: the Euclidean length of the change of an "
              "image")
      .one_of({"linf", "l2"})
      .with_default()
      .needs(attack);
  command
      .option("--steps", arguments.steps,
              fmt::format("steps of pgd and apgd; default: {}", adversarial::Attack().steps))
      .called("N")
      .positive()
      .needs(attack);
  command
      .option("--step-size", arguments.step_size,
              "step size of pgd, such as 2/255; default: 2.5 * radius / steps")
      .called("SIZE")
      .needs(attack);
  command
      .option("--attack-loss", arguments.loss,
              "loss that the attack increases; dlr: difference of logits ratio, for 3 classes or "
              "more")
      .one_of({"cross_entropy", "dlr"})
      .with_default()
      .needs(attack);
  command
      .option("--restarts", arguments.restarts,
              "attempts from other random starts, of which one has to succeed")
      .positive()
      .with_default()
      .needs(attack);
  command.flag("--no-random-start", arguments.no_random_start, "begin pgd at the images themselves")
      .needs(attack);
  command
      .option("--images", arguments.images,
              "attack this many images of the split, the same for every network; default: all")
      .called("N")
      .positive()
      .needs(attack);
  command
      .option("--attack-seed", arguments.seed,
              "seed of the random starts and of the choice of images; the same for all runs that "
              "are compared")
      .with_default()
      .needs(attack);
  return attack;
}

void evaluate_attack(const Attacked& what, const AttackArguments& arguments) {
  check(arguments);
  const auto options = options_of(what, arguments);
  auto model = train::load_model(what.run, what.weights);
  const auto own_views = recipe::tta_text(model.tta);
  train::choose_evaluation(model, what.run, what.sets);
  refuse_views(model, own_views, "--attack");
  const auto plan = train::open_run_plan(what.run, model.transform);
  bool begun = false;
  const auto show = [&](const evaluate::RobustScore& row) {
    if (what.as_json) return;
    if (!std::exchange(begun, true)) print_text("{}", report::attack_head());
    print_text("{}", report::attack_line(row));
    std::fflush(stdout);
  };
  const auto table = evaluate::evaluate_attack(model, plan, options, show);
  if (what.as_json) {
    auto object = io::json_of(table);
    object["run"] = what.run;
    print_text("{}\n", io::json_text(object, 2));
  } else {
    print_text("{}", report::attack_summary(table));
  }
  const auto page = report::write_attack(what.run, table);
  if (!what.as_json) print_text("page  {}\n", page.string());
}

}  // namespace temper::cli
