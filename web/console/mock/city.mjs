// An invented quarter of central Shanghai: nobody here is real.
export const centre = [121.4735, 31.2304]

const minutesAgo = (m) => new Date(Date.now() - m * 60_000).toISOString()

export const elders = [
  { id: 'e1', name: '张秀英', sex: 'f', birth_date: '1944-03-12', phones: ['+8619900000101'], language: 'wuu', address: '黄陂北路88弄3号502', position: { lat: 31.2312, lon: 121.4706 }, tier: 'vip', living: 'alone',
    illnesses: ['冠心病', '2型糖尿病', '右耳听力下降'], medicines: ['阿司匹林 100mg', '二甲双胍'], allergies: ['青霉素', '磺胺类'], mobility: '拄拐，上下楼需扶', access: '楼道密码 2580#，钥匙盒在消防栓旁 4471', notes: '家里有一只小狗，不咬人' },
  { id: 'e2', name: '王建国', sex: 'm', birth_date: '1948-07-02', phones: ['+8619900000102'], language: 'zh', address: '北京西路288弄8号101', position: { lat: 31.2341, lon: 121.4682 }, living: 'couple',
    illnesses: ['高血压', '帕金森病'], medicines: ['氨氯地平', '左旋多巴'], allergies: [], mobility: '用助行器', access: '一楼，门铃坏了请敲窗', notes: '' },
  { id: 'e3', name: '李桂兰', sex: 'f', birth_date: '1941-11-30', phones: ['+8619900000103'], language: 'wuu', address: '淮海中路21弄6号304', position: { lat: 31.2262, lon: 121.4769 }, living: 'alone',
    illnesses: ['哮喘'], medicines: ['沙丁胺醇气雾剂'], allergies: ['海鲜'], mobility: '行动自如', access: '钥匙在门卫老周处', notes: '' },
  { id: 'e4', name: '陈大海', sex: 'm', birth_date: '1952-01-19', phones: ['+8619900000104'], language: 'zh', address: '成都北路333弄3号202', position: { lat: 31.2291, lon: 121.4669 }, living: 'family',
    illnesses: [], medicines: [], allergies: [], mobility: '行动自如', access: '', notes: '' },
  { id: 'e5', name: '刘玉芬', sex: 'f', birth_date: '1938-05-21', phones: ['+8619900000105'], language: 'wuu', address: '福州路465弄12号602', position: { lat: 31.2338, lon: 121.4772 }, living: 'alone',
    illnesses: ['房颤', '骨质疏松'], medicines: ['华法林'], allergies: ['碘造影剂'], mobility: '坐轮椅', access: '电梯到6楼，门禁按 602', notes: '服用抗凝药，注意出血' },
  { id: 'e6', name: '赵德明', sex: 'm', birth_date: '1945-09-08', phones: ['+8619900000106'], language: 'zh', address: '云南中路71弄2号', position: { lat: 31.2295, lon: 121.4788 }, living: 'alone',
    illnesses: ['慢阻肺'], medicines: ['噻托溴铵'], allergies: [], mobility: '走不远', access: '', notes: '' },
]

export const contacts = {
  e1: [
    { id: 'c11', name: '张丽', role: 'family', relation: '女儿', phones: ['+8619900001101'], channels: ['sms', 'voice'], order: 1, has_key: true },
    { id: 'c12', name: '张伟', role: 'family', relation: '儿子', phones: ['+8619900001102'], channels: ['sms', 'voice'], order: 2, has_key: false },
    { id: 'c13', name: '周敏', role: 'liaison', relation: '社区联络员', phones: ['+8619900001103'], channels: ['sms', 'voice'], order: 3, has_key: false },
    { id: 'c14', name: '老周', role: 'guard', relation: '门卫', phones: ['+8619900001104'], channels: ['voice'], order: 4, has_key: true },
  ],
  e2: [
    { id: 'c21', name: '孙桂珍', role: 'family', relation: '老伴', phones: ['+8619900001201'], channels: ['voice'], order: 1, has_key: true },
    { id: 'c22', name: '王芳', role: 'family', relation: '女儿', phones: ['+8619900001202'], channels: ['sms', 'voice'], order: 2, has_key: true },
  ],
}
for (const e of elders) {
  contacts[e.id] ??= [
    { id: 'c' + e.id + '1', name: e.name[0] + '静', role: 'family', relation: '女儿', phones: ['+8619900002' + e.id.slice(1).padStart(3, '0')], channels: ['sms', 'voice'], order: 1, has_key: true },
    { id: 'c' + e.id + '2', name: '吴师傅', role: 'guard', relation: '保安', phones: ['+8619900003' + e.id.slice(1).padStart(3, '0')], channels: ['voice'], order: 2, has_key: false },
  ]
}

export const devices = (elder) => [
  { id: 'd' + elder, identity: '8650', protocol: 'http', kind: 'pendant', last_seen_at: minutesAgo(0.4), battery: 63 },
  { id: 'h' + elder, identity: '8651', protocol: 'phone', kind: 'landline', last_seen_at: minutesAgo(60 * 24 * 2), battery: null },
]

export const history = (elder) => [
  { id: 'old1' + elder, number: 1012, kind: 'sos', raised_at: minutesAgo(60 * 24 * 19), outcome: 'helped', state: 'closed' },
  { id: 'old2' + elder, number: 871, kind: 'test', raised_at: minutesAgo(60 * 24 * 63), outcome: 'test', state: 'closed' },
  { id: 'old3' + elder, number: 640, kind: 'fall', raised_at: minutesAgo(60 * 24 * 400), outcome: 'hospital', state: 'closed' },
]

const names = ['李强', '赵敏', '孙磊', '何静', '郑涛', '钱波', '冯雪', '卫东', '蒋涵', '沈洁', '韩梅', '杨帆', '朱琳', '秦岭', '许诺', '吕航', '施文', '孔亮', '曹阳', '严冬', '华明', '金鑫', '魏来', '陶然']
const kinds = ['volunteer', 'staff', 'neighbour', 'volunteer', 'provider']
const skills = [['first_aid'], ['nurse'], [], ['aed', 'first_aid'], ['lifting']]

// A small repeatable generator: the same city on each start.
let seed = 7
export function random() {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed / 2147483648
}

export const helpers = names.map((name, i) => ({
  id: 'h' + (i + 1), name, kind: kinds[i % 5], skills: skills[i % 5], mode: ['foot', 'bike', 'foot'][i % 3],
  lat: centre[1] + (random() - 0.5) * 0.013, lon: centre[0] + (random() - 0.5) * 0.017,
  heading: random() * Math.PI * 2, on_duty: i % 8 !== 7, busy: false, target: null,
}))
Object.assign(helpers[0], { lat: 31.2327, lon: 121.4732, has_key: ['e1'] })
