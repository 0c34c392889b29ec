#pragma once
#include "temper/core/fields.h"
#include "temper/recipe/text.h"
#include "temper/recipe/tree.h"

namespace temper::recipe {

/// Writes what the tree says onto the options behind the view. What the tree does not mention
/// stays; a table given for a technique starts from that technique's defaults; another `kind` drops
/// the old one's options. A number that is given a schedule is left at the schedule's value at step
/// 0.
///
/// The first mistake throws Error{Code::usage}: where it is, what was found, what was expected. The
/// options are then half-written and must be thrown away.
/// @param places  when not null, where the text says what is added
void bind_tree(const Tree& tree, const Group& view, Schedules& schedules, Places* places = nullptr);

}  // namespace temper::recipe
