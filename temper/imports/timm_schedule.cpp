#include "temper/imports/timm_schedule.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/imports/schedule_text.h"
#include "temper/imports/shared.h"
#include "temper/recipe/text.h"

namespace temper::imports {
namespace {

/// The schedule's options, in epochs.
struct Plan {
  double peak = 0;
  double least = 0;
  double epochs = 0;
  double warmup = 0;
  double warmup_lr = 0;
  bool prefix = false;  ///< the warm-up comes before the epochs
  double cooldown = 0;
  double decay_epochs = 0;
  double decay_rate = 0;
  bool by_epoch = true;

  [[nodiscard]] double before() const { return prefix ? warmup : 0; }
};

/// A schedule, and the epochs that it takes.
struct Course {
  std::vector<Curve> curves;
  double epochs = 0;
};

struct Rate {
  double value;
  std::string from;
};

Rate rate_of(const Arguments& arguments, std::int64_t batch) {
  if (const auto lr = arguments.real("lr"); lr && *lr != 0) return {*lr, ""};
  const auto optimizer = lower(arguments.text("opt"));
  auto scale = arguments.text("lr_base_scale");
  if (scale.empty())
    scale =
        optimizer.find("ada") != std::string::npos || optimizer.find("lamb") != std::string::npos
            ? "sqrt"
            : "linear";
  const double base = arguments.number("lr_base");
  const auto size = arguments.count("lr_base_size");
  if (size < 1)
    throw Error(Code::usage, fmt::format("--lr-base-size is {}; expected at least 1", size));
  double ratio = static_cast<double>(batch) / static_cast<double>(size);
  if (scale == "sqrt") ratio = std::sqrt(ratio);
  return {base * ratio, fmt::format("{} for {} images, scaled to {} ({})", base, size, batch,
                                    scale == "sqrt" ? "square root" : "linear")};
}

std::string warmup_text(const Plan& plan) {
  return fmt::format("warmup = {{ {}, {}{} }}", assigned("epochs", plan.warmup),
                     assigned("start", plan.warmup_lr), plan.prefix ? "" : ", clock = \"runs\"");
}

Curve warmed(const Plan& plan, std::string kind, std::vector<std::string> options) {
  if (plan.warmup > 0) options.push_back(warmup_text(plan));
  return {.kind = std::move(kind), .options = std::move(options)};
}

/// The number of epochs of a number of cycles, each of which is `mul` times as long as the one
/// before.
double cycles_length(double epochs, double mul, std::int64_t cycles) {
  const auto n = static_cast<double>(cycles);
  if (mul == 1) return epochs * n;
  return std::floor(-epochs * (std::pow(mul, n) - 1) / (1 - mul));
}

/// The curve over its length, and after it the lowest value.
Course with_cooldown(const Plan& plan, Curve curve, double length) {
  Course course{.curves = {std::move(curve)}, .epochs = length + plan.cooldown};
  if (plan.cooldown > 0) {
    course.curves.front().epochs = length;
    course.curves.push_back({.kind = "constant", .options = {assigned("value", plan.least)}});
  }
  return course;
}

Course cosine(const Plan& plan, const Arguments& arguments) {
  const auto cycles = std::max<std::int64_t>(1, arguments.count("lr_cycle_limit"));
  const double mul = arguments.number("lr_cycle_mul");
  std::vector options{assigned("peak", plan.peak), assigned("final", plan.least)};
  if (cycles > 1) {
    options.push_back(fmt::format("T_0 = {{ {} }}", assigned("epochs", plan.epochs)));
    options.push_back(assigned("T_mult", mul));
    options.push_back(assigned("cycle_decay", arguments.number("lr_cycle_decay")));
  }
  return with_cooldown(plan, warmed(plan, cycles > 1 ? "sgdr" : "cosine", std::move(options)),
                       cycles_length(plan.epochs, mul, cycles) + plan.before());
}

Course polynomial(const Plan& plan, const Arguments& arguments) {
  if (arguments.count("lr_cycle_limit") > 1)
    throw Error(Code::usage,
                "--lr-cycle-limit with --sched poly: temper's polynomial schedule has no restarts; "
                "import it with --lr-cycle-limit 1, or with --sched cosine");
  return with_cooldown(plan,
                       warmed(plan, "polynomial",
                              {assigned("peak", plan.peak), assigned("final", plan.least),
                               assigned("power", plan.decay_rate)}),
                       plan.epochs + plan.before());
}

Course step(const Plan& plan) {
  return {.curves = {warmed(
              plan, "step",
              {assigned("peak", plan.peak), assigned("gamma", plan.decay_rate),
               fmt::format("step_size = {{ {} }}", assigned("epochs", plan.decay_epochs))})},
          .epochs = plan.epochs + plan.before()};
}

Course constant(const Plan& plan) {
  return {.curves = {warmed(plan, "constant", {assigned("value", plan.peak)})},
          .epochs = plan.epochs + plan.before()};
}

/// timm's milestone m is epoch m - 1.
Course multi_step(const Plan& plan, const Arguments& arguments, Draft& draft) {
  std::vector<std::string> milestones;
  for (const double milestone : arguments.reals("decay_milestones")) {
    const double at = plan.by_epoch ? milestone - 1 : milestone;
    if (at < plan.epochs) milestones.push_back(recipe::number_text(std::max(at, 0.0)));
  }
  if (!plan.by_epoch)
    draft.differs(arguments.written("decay_milestones"),
                  "with --sched-on-updates timm reduces the rate one step before a milestone");
  return {.curves = {warmed(plan, "multi_step",
                            {assigned("peak", plan.peak), assigned("gamma", plan.decay_rate),
                             fmt::format("milestones = [{}]", fmt::join(milestones, ", "))})},
          .epochs = plan.epochs + plan.before()};
}

/// Its warm-up is always before it, but by default within the epochs.
Course stable_decay(Plan plan) {
  const double span = plan.prefix ? plan.epochs : plan.epochs - plan.warmup;
  double decay = plan.decay_epochs;
  if (decay > 0 && decay < 1) decay *= span;
  if (plan.by_epoch) decay = std::nearbyint(decay);
  if (!(decay > 0 && decay <= span))
    throw Error(Code::usage,
                fmt::format("--decay-epochs is {} with --sched wsd; expected a length of at most "
                            "the {} epochs after the warm-up, or a fraction below 1",
                            plan.decay_epochs, span));
  plan.prefix = true;
  return with_cooldown(plan,
                       warmed(plan, "warmup_stable_decay",
                              {assigned("peak", plan.peak), assigned("final", plan.least),
                               assigned("cooldown", decay / span), "decay_fn = \"square_root\""}),
                       span + plan.warmup);
}

Course plateau(const Plan& plan, const Arguments& arguments, Draft& draft) {
  const auto metric = arguments.text("eval_metric");
  const bool by_loss = metric == "loss";
  if (!by_loss && metric != "top1")
    draft.differs(arguments.written("eval_metric"),
                  "the learning rate follows the accuracy, timm's top1; temper's plateau is one of "
                  "the accuracy or the loss");
  if (plan.warmup > 0)
    draft.differs(arguments.written("warmup_epochs"),
                  "with a plateau the warm-up rises at every step, timm's at every epoch");
  Curve curve =
      warmed(plan, "plateau",
             {assigned("peak", plan.peak), assigned("factor", plan.decay_rate),
              fmt::format("patience = {}", arguments.count("patience_epochs")),
              fmt::format("measure = \"{}\"", by_loss ? "validation_loss" : "validation_accuracy"),
              assigned("minimum", plan.least)});
  return {.curves = {std::move(curve)}, .epochs = plan.epochs + plan.before()};
}

Course course_of(const std::string& name, const Plan& plan, const Arguments& arguments,
                 Draft& draft) {
  if (name == "cosine") return cosine(plan, arguments);
  if (name == "poly") return polynomial(plan, arguments);
  if (name == "step") return step(plan);
  if (name == "multistep") return multi_step(plan, arguments, draft);
  if (name == "constant") return constant(plan);
  if (name == "wsd") return stable_decay(plan);
  if (name == "plateau") return plateau(plan, arguments, draft);
  if (name == "none") {
    auto without = plan;
    without.warmup = 0;
    auto course = constant(without);
    course.epochs += plan.before();
    return course;
  }
  const std::vector<std::string_view> known{"cosine", "poly", "step",    "multistep",
                                            "wsd",    "none", "plateau", "constant"};
  throw Error(Code::usage,
              fmt::format("--sched {}: temper has no such schedule; {}", name.substr(0, 80),
                          suggestion(name, known, "of timm's it has")));
}

Plan plan_of(const Arguments& arguments) {
  return {.least = arguments.number("min_lr"),
          .epochs = static_cast<double>(arguments.count("epochs")),
          .warmup = arguments.number("warmup_epochs"),
          .warmup_lr = arguments.number("warmup_lr"),
          .prefix = arguments.flag("warmup_prefix"),
          .cooldown = static_cast<double>(arguments.count("cooldown_epochs")),
          .decay_epochs = arguments.number("decay_epochs"),
          .decay_rate = arguments.number("decay_rate"),
          .by_epoch = !arguments.flag("sched_on_updates")};
}

}  // namespace

void set_timm_schedule(const Arguments& arguments, std::int64_t batch, Draft& draft) {
  auto plan = plan_of(arguments);
  auto rate = rate_of(arguments, batch);
  plan.peak = rate.value;
  const auto name = arguments.text("sched");
  const auto course = course_of(name, plan, arguments, draft);
  draft.whole("epochs", std::llround(course.epochs),
              course.epochs == plan.epochs ? "" : "with warm-up, cycles and cooldown");
  const auto& only = course.curves.front();
  const bool is_number =
      course.curves.size() == 1 && only.kind == "constant" && only.options.size() == 1;
  if (is_number)
    draft.number("optimizer.lr", plan.peak, std::move(rate.from));
  else
    draft.set("optimizer.lr", schedule_text(course.curves, plan.by_epoch && name != "plateau"),
              std::move(rate.from));
}

}  // namespace temper::imports
