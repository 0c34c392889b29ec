#pragma once
#include "temper/core/fields.h"
#include "temper/recipe/text.h"
#include "temper/recipe/tree.h"

namespace temper::recipe {

/// Writes the values of the tree to the options behind the view. Options that the tree does not
/// mention are unchanged; a table given for a technique starts from that technique's defaults;
/// another `kind` drops the options of the old one. A number that is given a schedule is set to the
/// schedule's value at step 0.
///
/// The first mistake throws Error{Code::usage} with its position, what was found and what was
/// expected. The options are then partly written and must be discarded.
/// @param places  if not null, receives the place of each option that the text sets, and of each
///                element of a list
void bind_tree(const Tree& tree, const Group& view, Schedules& schedules, Places* places = nullptr);

}  // namespace temper::recipe
