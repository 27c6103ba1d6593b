// What a person is asked and told of data that are not plain MNIST; fetched with the first
// data.

import { create_class_names_view } from "./class_names.js";
import { create_question_view } from "./question.js";
import { create_warnings_view } from "./warnings.js";

/** @import { Actions } from "../../app/actions.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} state
 * @param {Actions} actions
 */
export function create_understanding_views(state, actions) {
  create_question_view(state, actions);
  create_warnings_view(state, actions);
  create_class_names_view(state, actions);
}
