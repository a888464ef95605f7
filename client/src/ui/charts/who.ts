// Tables in charts: the eight colours with their shapes; from the ninth table on the shape is hollow and the line dashed.
import { who as base, SHAPE_PATHS } from "$lib/who";

export type TableMark = { colour: string; path: string; hollow: boolean };

/** `n` is the table's number as people see it, from 1. */
export function tableMark(n: number): TableMark {
	const { colour, shape } = base(n - 1);
	return { colour, path: SHAPE_PATHS[shape], hollow: n > 8 };
}

/** Puts a 24×24 shape around a point, `r` from middle to edge. */
export const around = (x: number, y: number, r: number): string =>
	`translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${(r / 11.5).toFixed(3)}) translate(-12 -12)`;
