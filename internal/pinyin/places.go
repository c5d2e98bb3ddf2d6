package pinyin

import "sync"

// places are parts of the names of places, with streets, whose signs have several readings of which one is right. One a line: the part, then
// a syllable for each sign (Xiandai Hanyu Cidian, 7th edition, and the Chinese national romanisation of place names, GB/T 28039).
var places = sync.OnceValue(func() placeReadings {
	return readPlaces(`
重庆 chong qing
黄陂 huang pi
厦门 xia men
大厦 da sha
长安 chang an
长宁 chang ning
长寿 chang shou
长江 chang jiang
长春 chang chun
长沙 chang sha
长治 chang zhi
长乐 chang le
长兴 chang xing
长征 chang zheng
长城 chang cheng
长武 chang wu
长陵 chang ling
长虹 chang hong
延长 yan chang
成都 cheng du
首都 shou du
六安 lu an
六合 lu he
番禺 pan yu
蚌埠 beng bu
台州 tai zhou
天台 tian tai
丽水 li shui
乐清 yue qing
乐亭 lao ting
涡阳 guo yang
铅山 yan shan
东阿 dong e
大埔 da bu
黄埔 huang pu
黄浦 huang pu
青浦 qing pu
浦东 pu dong
莘庄 xin zhuang
莘县 shen xian
朝阳 chao yang
朝歌 zhao ge
会稽 kuai ji
洪洞 hong tong
单县 shan xian
任丘 ren qiu
任县 ren xian
解放 jie fang
解县 xie xian
浚县 xun xian
泌阳 bi yang
郫都 pi du
郫县 pi xian
犍为 qian wei
什邡 shi fang
燕郊 yan jiao
燕山 yan shan
行唐 xing tang
太行 tai hang
银行 yin hang
商行 shang hang
闵行 min hang
吴堡 wu bu
柴沟堡 chai gou bu
十里堡 shi li pu
瓦窑堡 wa yao bu
吴家堡 wu jia bu
栎阳 yue yang
华山 hua shan
华阴 hua yin
华县 hua xian
曲江 qu jiang
曲阳 qu yang
曲阜 qu fu
阿房 e pang
宝鸡 bao ji
尉犁 yu li
尉氏 wei shi
吐鲁番 tu lu fan
石柱 shi zhu
石家庄 shi jia zhuang
音乐 yin yue
和平 he ping
西藏 xi zang
宁波 ning bo
济南 ji nan
济宁 ji ning
西安 xi an
新安 xin an
大沽 da gu
大学 da xue
大道 da dao
广场 guang chang
广东 guang dong
广西 guang xi
广州 guang zhou
广元 guang yuan
人民 ren min
陕西 shan xi
山西 shan xi
石门 shi men
威海 wei hai
兴庆 xing qing
兴业 xing ye
中兴 zhong xing
复兴 fu xing
新兴 xin xing
振兴 zhen xing
泰兴 tai xing
嘉兴 jia xing
绍兴 shao xing
车站 che zhan
牛车 niu che
停车 ting che
盛泽 sheng ze
南京 nan jing
中山 zhong shan
中华 zhong hua
中央 zhong yang
汉中 han zhong
凤阳 feng yang
洞庭 dong ting
公园 gong yuan
女儿 nv er
`)
})
