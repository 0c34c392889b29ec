#include "temper/imports/timm_optimizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/spelling.h"
#include "temper/imports/shared.h"

namespace temper::imports {
namespace {

/// timm's name of an optimizer, and what it is in a recipe. The defaults are those that timm's
/// classes have.
struct Rule {
  std::string_view name;
  std::string_view kind;
  bool momentum = false;      ///< --momentum, and timm's default 0.9
  bool betas = false;         ///< --opt-betas
  double beta2 = 0.999;       ///< by default
  double eps = -1;            ///< by default; below 0: it has none
  std::string_view others{};  ///< further keys with their values, separated by semicolons
};

constexpr std::array kRules{
    Rule{.name = "sgd", .kind = "sgd", .momentum = true, .others = "nesterov = true"},
    Rule{.name = "momentum", .kind = "sgd", .momentum = true, .others = "nesterov = false"},
    Rule{.name = "sgdw",
         .kind = "sgd",
         .momentum = true,
         .others = "nesterov = true;decay = \"decoupled\""},
    Rule{.name = "fusedsgd", .kind = "sgd", .momentum = true, .others = "nesterov = true"},
    Rule{.name = "adam", .kind = "adam", .betas = true, .eps = 1e-8},
    Rule{.name = "fusedadam", .kind = "adam", .betas = true, .eps = 1e-8},
    Rule{.name = "adamw", .kind = "adamw", .betas = true, .eps = 1e-8},
    Rule{.name = "adamwlegacy", .kind = "adamw", .betas = true, .eps = 1e-8},
    Rule{.name = "fusedadamw", .kind = "adamw", .betas = true, .eps = 1e-8},
    Rule{.name = "nadam", .kind = "nadam", .betas = true, .eps = 1e-8},
    Rule{.name = "radam", .kind = "radam", .betas = true, .eps = 1e-8},
    Rule{.name = "radamw",
         .kind = "radam",
         .betas = true,
         .eps = 1e-8,
         .others = "decay = \"decoupled\""},
    Rule{.name = "adabelief",
         .kind = "adabelief",
         .betas = true,
         .eps = 1e-16,
         .others = "rectify = \"off\""},
    Rule{.name = "radabelief",
         .kind = "adabelief",
         .betas = true,
         .eps = 1e-16,
         .others = "rectify = \"on\""},
    Rule{.name = "lamb", .kind = "lamb", .betas = true, .eps = 1e-6},
    Rule{.name = "fusedlamb", .kind = "lamb", .betas = true, .eps = 1e-6},
    Rule{
        .name = "lambc", .kind = "lamb", .betas = true, .eps = 1e-6, .others = "trust_clip = true"},
    Rule{.name = "lambw",
         .kind = "lamb",
         .betas = true,
         .eps = 1e-6,
         .others = "decay = \"decoupled\""},
    Rule{.name = "lambcw",
         .kind = "lamb",
         .betas = true,
         .eps = 1e-6,
         .others = "trust_clip = true;decay = \"decoupled\""},
    Rule{.name = "lars", .kind = "lars", .momentum = true, .eps = 1e-8},
    Rule{.name = "larc",
         .kind = "lars",
         .momentum = true,
         .eps = 1e-8,
         .others = "trust_clip = true"},
    Rule{.name = "nlars",
         .kind = "lars",
         .momentum = true,
         .eps = 1e-8,
         .others = "nesterov = true"},
    Rule{.name = "nlarc",
         .kind = "lars",
         .momentum = true,
         .eps = 1e-8,
         .others = "nesterov = true;trust_clip = true"},
    Rule{.name = "lion", .kind = "lion", .betas = true, .beta2 = 0.99},
    Rule{.name = "rmsprop",
         .kind = "rmsprop",
         .momentum = true,
         .eps = 1e-8,
         .others = "alpha = 0.9"},
    Rule{.name = "rmsproptf",
         .kind = "rmsprop",
         .momentum = true,
         .eps = 1e-10,
         .others = "alpha = 0.9;dialect = \"tf1\""},
    Rule{.name = "rmsproptfw",
         .kind = "rmsprop",
         .momentum = true,
         .eps = 1e-10,
         .others = R"(alpha = 0.9;dialect = "tf1";decay = "decoupled")"},
    Rule{.name = "adagrad", .kind = "adagrad", .eps = 1e-8},
    Rule{.name = "adadelta", .kind = "adadelta", .eps = 1e-6, .others = "rho = 0.9"}};

constexpr std::string_view kLookahead = "lookahead_";

const Rule& rule_of(const Arguments& arguments) {
  auto name = lower(arguments.text("opt"));
  // timm takes what is behind the last underscore.
  if (const auto underscore = name.rfind('_'); underscore != std::string::npos)
    name.erase(0, underscore + 1);
  const auto* const found = std::ranges::find(kRules, name, &Rule::name);
  if (found != kRules.end()) return *found;
  std::vector<std::string_view> names;
  for (const auto& rule : kRules) names.push_back(rule.name);
  throw Error(Code::usage,
              fmt::format("{}: temper has no such optimizer; {}", arguments.written("opt"),
                          suggestion(name, names, "of timm's it has")));
}

/// The keys of a rule that are written out: "nesterov = true;trust_clip = true".
void set_others(std::string_view others, Draft& draft) {
  while (!others.empty()) {
    const auto end = std::min(others.find(';'), others.size());
    const auto one = others.substr(0, end);
    const auto equals = one.find(" = ");
    draft.set(fmt::format("optimizer.{}", one.substr(0, equals)), one.substr(equals + 3));
    others.remove_prefix(std::min(end + 1, others.size()));
  }
}

void set_betas(const Rule& rule, const Arguments& arguments, Draft& draft) {
  auto betas = arguments.reals("opt_betas");
  if (betas.empty()) betas = {0.9, rule.beta2};
  if (betas.size() != 2)
    throw Error(Code::usage, fmt::format("{} has {} values; expected two for {}",
                                         arguments.written("opt_betas"), betas.size(), rule.name));
  draft.number("optimizer.beta1", betas[0]);
  draft.number("optimizer.beta2", betas[1]);
}

/// LAMB clips the norm of the gradients to 1 itself, as the code that it was taken from.
void set_clip(const Rule& rule, const Arguments& arguments, Draft& draft) {
  const bool lamb = rule.kind == "lamb";
  const auto limit = arguments.real("clip_grad");
  const auto mode = arguments.text("clip_mode");
  if (!limit) {
    if (!lamb) return;
    draft.text("clip.kind", "norm");
    draft.number("clip.max_norm", 1, "timm's LAMB does it itself");
    return;
  }
  if (mode == "norm") {
    draft.text("clip.kind", "norm");
    draft.number("clip.max_norm", lamb ? std::min(*limit, 1.0) : *limit,
                 lamb && *limit > 1 ? "timm's LAMB clips to 1 itself" : "");
  } else if (mode == "value") {
    draft.text("clip.kind", "value");
    draft.number("clip.clip_value", *limit);
  } else if (mode == "agc") {
    draft.text("clip.kind", "adaptive");
    draft.number("clip.clip_factor", *limit);
    draft.number("clip.eps", 1e-3);
  } else {
    throw Error(Code::usage, fmt::format("--clip-mode is '{}'; expected norm, value or agc",
                                         mode.substr(0, 80)));
  }
  if (lamb && mode != "norm")
    draft.drops(arguments.written("opt"),
                "timm's LAMB also clips the norm of the gradients to 1; a recipe has one clip");
}

/// timm does not decay parameters of one dimension.
void set_parameters(const Arguments& arguments, Draft& draft) {
  if (const auto decay = arguments.real("layer_decay"))
    draft.number("parameters.layer_decay", *decay);
  draft.number("parameters.bias.decay_factor", 0, "timm decays no parameters of one dimension");
  draft.number("parameters.norm.decay_factor", 0);
}

}  // namespace

void set_timm_optimizer(const Arguments& arguments, Draft& draft) {
  const auto& rule = rule_of(arguments);
  draft.text("optimizer.kind", rule.kind);
  if (rule.momentum) draft.number("optimizer.momentum", arguments.number("momentum"));
  if (rule.betas) set_betas(rule, arguments, draft);
  if (rule.eps >= 0) draft.number("optimizer.eps", arguments.real("opt_eps").value_or(rule.eps));
  set_others(rule.others, draft);
  draft.number("optimizer.weight_decay", arguments.number("weight_decay"));
  set_parameters(arguments, draft);
  set_clip(rule, arguments, draft);
  if (!lower(arguments.text("opt")).starts_with(kLookahead)) return;
  draft.whole("lookahead.k", 6);
  draft.number("lookahead.alpha", 0.5);
  draft.differs(arguments.written("opt"),
                "timm also sets the weights to the slow ones at the end of every epoch");
}

}  // namespace temper::imports
