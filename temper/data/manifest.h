#pragma once
#include <filesystem>

#include "temper/data/file_options.h"
#include "temper/data/source.h"

namespace temper::data {

/// Pictures that a table names, one a row (see io/csv.h):
///
///   path,label,split
///   cats/1.jpg,cat,train
///   more/2.png,,train
///   dogs/3.jpg,dog,val
///
/// `path` (or file, filename, image) is relative to the table's folder, or absolute. `label` (or
/// class) is a class's name or number; an empty one is a picture without a label. In its place a
/// column `target`, or columns `target_NAME`, hold finite numbers to learn (values.h), named
/// "target" or by NAME; all of them empty: a picture without. `split`, which may be missing, is a
/// set's name as folder() takes them; empty: train. Columns' names are read in any case; other
/// columns are left alone. Classes are those of the training rows, in the order of their numbers
/// where all are numbers, else of their bytes.
///
/// `path` names the table (.csv or .tsv), or a folder with train.csv, val.csv and test.csv in the
/// spellings of folder().
///
/// Throws Error{Code::data} naming table and line: a picture that is listed twice (with one label,
/// two labels or in two sets), that is not there or no file; a label that training does not know; a
/// target that is no finite number, or missing where others of its row are not; labels and targets
/// together. Error{Code::io}: no permission.
Dataset manifest(const std::filesystem::path& path, const FileOptions& options = {});

/// Whether a folder holds a training table in one of the spellings.
bool holds_manifests(const std::filesystem::path& folder);

}  // namespace temper::data
