#include "temper/train/compare_bad_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "temper/core/error.h"
#include "temper/distributed/group.h"

namespace temper::train {
namespace {

/// The sizes of the evaluated sets, and a line for each image that is left out of them. Paths may
/// differ from machine to machine.
std::string text_of(const Plan& plan) {
  std::string text;
  for (const auto& set : {plan.probe, plan.validation, plan.test})
    text += fmt::format("{} ", set ? set->size() : 0);
  for (const auto& bad : plan.bad) text += fmt::format("{}\n", bad.image);
  return text;
}

}  // namespace

void compare_bad_images(const Plan& plan) {
  if (!plan.group) return;
  const auto texts = plan.group->gather(text_of(plan));
  const auto& first = texts.front();
  for (std::size_t rank = 1; rank < texts.size(); ++rank)
    if (texts[rank] != first)
      throw Error(Code::data, fmt::format("rank {} can't read the same images as rank 0: of those "
                                          "to be evaluated it would leave out {}, and rank 0 {}; "
                                          "make the same files readable on all machines",
                                          rank, std::ranges::count(texts[rank], '\n'),
                                          std::ranges::count(first, '\n')));
}

}  // namespace temper::train
