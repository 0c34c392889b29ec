#include "temper/imports/mixing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/mix/mixing.h"

namespace temper::imports {
namespace {

void set_methods(std::vector<mix::Method> methods, mix::Partner partner, Draft& draft) {
  std::vector<std::string> tables;
  tables.reserve(methods.size());
  for (auto& method : methods) tables.push_back(inline_table(view_of(method)));
  draft.set("mixing.methods", fmt::format("[{}]", fmt::join(tables, ", ")));
  draft.text("mixing.partner", name_of(partner));
}

/// The remark on methods, weights and boxes that are drawn for a batch, where the original's
/// loaders make several of a step's images.
/// @param options  that mix, of which the first that was given is named
void say_one_for_all(const Arguments& arguments, const Batches& batches,
                     std::initializer_list<std::string_view> options, Draft& draft) {
  if (batches.parts() == 1) return;
  const auto* const given = std::ranges::find_if(
      options, [&](std::string_view dest) { return !arguments.is_standard(dest); });
  draft.differs(given == options.end() ? "" : arguments.written(*given),
                fmt::format("method, weight and box are drawn once for all images of a step, and "
                            "partners among them; in the original each of the {} batches that a "
                            "step consists of has its own",
                            batches.parts()));
}

}  // namespace

void set_timm_mixing(const Arguments& arguments, const Batches& batches, Draft& draft) {
  const double mixup = arguments.number("mixup");
  // Bounds of the box take the place of alpha, and switch CutMix on.
  const double cutmix =
      arguments.reals("cutmix_minmax").empty() ? arguments.number("cutmix") : mix::CutMix{}.alpha;
  if (mixup <= 0 && cutmix <= 0) return;
  const bool both = mixup > 0 && cutmix > 0;
  const double switching = both ? arguments.number("mixup_switch_prob") : 0.5;
  std::vector<mix::Method> methods;
  if (mixup > 0 && switching < 1)
    methods.emplace_back(mix::Mixup{.alpha = mixup, .weight = both ? 1 - switching : 1});
  if (cutmix > 0 && switching > 0)
    methods.emplace_back(mix::CutMix{
        .alpha = cutmix, .dialect = mix::CutMixDialect::timm, .weight = both ? switching : 1});
  set_methods(std::move(methods), mix::Partner::reversed, draft);
  const auto mode = named<mix::Mode>(arguments.text("mixup_mode"), arguments.written("mixup_mode"));
  draft.text("mixing.mode", name_of(mode));
  if (mode == mix::Mode::batch)
    say_one_for_all(arguments, batches, {"mixup", "cutmix", "cutmix_minmax"}, draft);
  draft.number("mixing.p", arguments.number("mixup_prob"));
  if (const auto off = arguments.count("mixup_off_epoch"); off > 0)
    draft.whole("mixing.off_epoch", off);
  // For its prefetcher, the loader's workers mix 8-bit images, of which it erases boxes.
  if (arguments.flag("no_prefetcher")) return;
  if (mixup > 0)
    draft.differs(arguments.written("mixup"),
                  "averages of images are not rounded to 8 bits; timm's loader rounds them");
  if (arguments.number("reprob") > 0 && !arguments.flag("no_aug"))
    draft.differs(arguments.written("reprob"),
                  "images are erased before they are mixed; timm erases the mixed ones");
}

void set_torchvision_mixing(const Arguments& arguments, const Batches& batches, Draft& draft) {
  std::vector<mix::Method> methods;
  if (const double alpha = arguments.number("mixup_alpha"); alpha > 0)
    methods.emplace_back(mix::Mixup{.alpha = alpha});
  if (const double alpha = arguments.number("cutmix_alpha"); alpha > 0)
    methods.emplace_back(mix::CutMix{.alpha = alpha, .dialect = mix::CutMixDialect::torchvision});
  if (methods.empty()) return;
  set_methods(std::move(methods), mix::Partner::rolled, draft);
  say_one_for_all(arguments, batches, {"mixup_alpha", "cutmix_alpha"}, draft);
}

}  // namespace temper::imports
